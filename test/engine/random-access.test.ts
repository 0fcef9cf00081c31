import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { needs } from '../../testing/needs.ts';
import { expectAsInOnePass } from '../../testing/one-pass.ts';

const DEBIAN = '/usr/bin/ffmpeg';

/** Frames that all differ, with audio between them. */
const source = (seconds: number) => [
  ...['-f', 'lavfi', '-i', `testsrc2=s=160x90:r=25:d=${seconds},format=yuv420p`],
  ...['-f', 'lavfi', '-i', `sine=d=${seconds}`, '-c:a', 'mp2'],
];
const groups = (frames: number) => `-g ${frames} -keyint_min ${frames} -sc_threshold 0`;
const h264 = (frames: number) => `-c:v libx264 -preset veryfast ${groups(frames)}`;
const hevc = (frames: number, more: string) =>
  `-c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=${frames}:min-keyint=${frames}:scenecut=0:${more}`;
const mpeg2 = '-c:v mpeg2video -q:v 3';

type Film = { readonly name: string; readonly coding: string; readonly alsoDebian?: boolean };

const FILMS: readonly Film[] = [
  { name: 'groups-of-12.ts', coding: h264(12) },
  { name: 'without-b-frames.ts', coding: `${h264(50)} -bf 0` },
  { name: 'one-group.ts', coding: h264(10_000), alsoDebian: true },
  {
    name: 'recovery-points.ts',
    coding: `${h264(50)} -x264-params open-gop=1:bframes=3:b-adapt=0`,
    alsoDebian: true,
  },
  { name: 'h264.mpg', coding: `${h264(50)} -f vob` },
  { name: 'h264.m2ts', coding: `${h264(50)} -mpegts_m2ts_mode 1` },
  { name: 'hevc-open.ts', coding: hevc(50, 'open-gop=1:bframes=3'), alsoDebian: true },
  { name: 'hevc-closed.ts', coding: hevc(12, 'open-gop=0') },
  { name: 'mpeg2-open.ts', coding: `${mpeg2} -g 12 -bf 2`, alsoDebian: true },
  { name: 'mpeg2-long.ts', coding: `${mpeg2} -g 250 -bf 2` },
  { name: 'mpeg2.mpg', coding: `${mpeg2} -g 50 -bf 2 -f vob`, alsoDebian: true },
  { name: 'mpeg2-without-b.mpg', coding: `${mpeg2} -g 12 -bf 0 -f vob` },
  { name: 'mpeg1.mpg', coding: '-c:v mpeg1video -q:v 3 -g 30 -bf 2' },
  { name: 'mpeg4.ts', coding: '-c:v mpeg4 -q:v 3 -g 60 -bf 2' },
  { name: 'h264.flv', coding: `-ar 44100 -c:a aac ${h264(60)}` },
  { name: 'mpeg4.avi', coding: '-c:v mpeg4 -q:v 3 -g 60' },
];

const SECONDS = 6;

describe('video of files without an index', function () {
  this.timeout(300_000);
  let folder: string;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-access-'));
  });
  after(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  for (const { name, coding, alsoDebian = false } of FILMS) {
    it(`are as in one pass: ${name}`, async () => {
      const path = join(folder, name);
      const args = ['-v', 'error', '-nostdin', ...source(SECONDS), ...coding.split(' '), '-y', path];
      await promisify(execFile)(DEBIAN, args);
      const film = { path, seconds: SECONDS, lengths: [1.24, 2.2], scratch: join(folder, 'output.mp4') };
      await expectAsInOnePass(film);
      if (alsoDebian) await expectAsInOnePass({ ...film, lengths: [4.2], ffmpegPath: DEBIAN });
    });
  }
});
