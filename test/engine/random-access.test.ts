import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { findEntry } from '../../functions/stream/media/transport/entry.ts';
import { filmsOf } from '../../functions/stream/plan/plan-input.ts';
import { openContext } from '../../testing/encoded.ts';
import { withHeadersOnce, withoutMessages } from '../../testing/headers-once.ts';
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
  {
    name: 'two-programs.ts',
    coding: `-map 0 -map 1 -map 0 ${h264(10_000)} -program st=0:st=1 -program st=2`,
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

/** Films whose first frame alone has the headers that a decoder needs. */
const ONCE = [
  { name: 'h264.ts', coding: h264(50), sets: 'h264' },
  { name: 'h264.m2ts', coding: `${h264(50)} -mpegts_m2ts_mode 1`, sets: 'h264' },
  {
    name: 'recovery-points.ts',
    coding: `${h264(50)} -x264-params open-gop=1:bframes=3:b-adapt=0`,
    sets: 'h264',
  },
  { name: 'h264.mpg', coding: `${h264(50)} -qp 5 -f vob`, sets: 'h264' },
  { name: 'hevc.ts', coding: hevc(50, 'open-gop=1:bframes=3'), sets: 'hevc' },
  { name: 'mpeg2.ts', coding: `${mpeg2} -g 50 -bf 2`, sets: 'mpeg2' },
  { name: 'mpeg2.mpg', coding: `${mpeg2} -g 50 -bf 2 -f vob`, sets: 'mpeg2' },
  { name: 'mpeg1.mpg', coding: '-c:v mpeg1video -q:v 3 -g 50 -bf 2', sets: 'mpeg2' },
  { name: 'mpeg4.ts', coding: '-c:v mpeg4 -q:v 3 -g 50 -bf 2', sets: 'mpeg4' },
] as const;

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

  async function make(name: string, coding: string): Promise<string> {
    const path = join(folder, name);
    const args = ['-v', 'error', '-nostdin', ...source(SECONDS), ...coding.split(' '), '-y', path];
    await promisify(execFile)(DEBIAN, args);
    return path;
  }

  /** Expects decoding to begin two seconds before the end, and not with the file. */
  async function expectPlace(path: string): Promise<void> {
    const { access, probed } = await openContext(path);
    const [film] = filmsOf(probed.media);
    const entry = film && (await findEntry(access, probed, film, SECONDS - 1));
    expect(entry?.kind).to.equal('place');
    if (entry?.kind === 'place') expect(entry.splice.from / access.sizeBytes).to.be.within(0.5, 0.75);
  }

  it('begins at frames that the stream marks: no recovery points', async () => {
    const path = await make('marked.ts', `${h264(50)} -x264-params open-gop=1:bframes=3:b-adapt=0`);
    await writeFile(path, withoutMessages(await readFile(path)));
    await expectPlace(path);
    const film = { path, seconds: SECONDS, lengths: [4.4, 0.4], scratch: join(folder, 'output.mp4') };
    await expectAsInOnePass(film);
    await expectAsInOnePass({ ...film, ffmpegPath: DEBIAN });
  });

  for (const { name, coding, sets } of ONCE) {
    it(`has the headers of its beginning in mid-film: ${name}`, async () => {
      const path = await make(`once-${name}`, coding);
      await writeFile(path, withHeadersOnce(await readFile(path), sets));
      await expectPlace(path);
      await expectAsInOnePass({
        path,
        seconds: SECONDS,
        lengths: [4.4, 0.4],
        scratch: join(folder, 'output.mp4'),
      });
    });
  }

  for (const { name, coding, alsoDebian = false } of FILMS) {
    it(`are as in one pass: ${name}`, async () => {
      const path = await make(name, coding);
      const film = { path, seconds: SECONDS, lengths: [1.24, 2.2], scratch: join(folder, 'output.mp4') };
      await expectAsInOnePass(film);
      if (alsoDebian) await expectAsInOnePass({ ...film, lengths: [4.2], ffmpegPath: DEBIAN });
    });
  }
});
