import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { keyframeBefore } from '../../functions/stream/engine/keyframe-before.ts';
import { filmsOf } from '../../functions/stream/plan/plan-input.ts';
import { openContext, ownFfmpeg } from '../../testing/encoded.ts';
import { needs } from '../../testing/needs.ts';
import { overLoopback } from '../../testing/over-loopback.ts';

const run = promisify(execFile);

describe('keyframeBefore', function () {
  this.timeout(30_000);
  let folder: string;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-keyframes-'));
  });
  after(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  for (const [what, name, group, bFrames, asked, found] of [
    ['B-frames in MP4, at a keyframe', 'a.mp4', 48, 3, 8, 8],
    ['B-frames in MP4, before a keyframe', 'a.mp4', 48, 3, 7.958, 6],
    ['B-frames in MP4, in a group', 'a.mp4', 48, 3, 9.5, 8],
    ['B-frames in MP4, in the last group', 'a.mp4', 48, 3, 11.5, 10],
    ['no B-frames in MP4, at a keyframe', 'b.mp4', 48, 0, 8, 8],
    ['no B-frames in MP4, before a keyframe', 'b.mp4', 48, 0, 7.958, 6],
    ['nothing but keyframes', 'c.mp4', 1, 0, 8, 8],
    ['B-frames in Matroska, at a keyframe', 'd.mkv', 48, 3, 8, 8],
    ['B-frames in Matroska, in a group', 'd.mkv', 48, 3, 9.5, 8],
  ] as const) {
    it(`has ffmpeg begin at the right one: ${what}`, async () => {
      const path = join(folder, name);
      const source = ['-f', 'lavfi', '-i', 'testsrc2=s=96x54:r=24:d=12', '-pix_fmt', 'yuv420p'];
      const groups = ['-g', String(group), '-keyint_min', String(group), '-sc_threshold', '0'];
      const coding = ['-c:v', 'libx264', '-bf', String(bFrames), ...groups];
      await run('/usr/bin/ffmpeg', ['-v', 'error', '-nostdin', ...source, ...coding, '-y', path]);
      const { probed } = await openContext(path);
      const [film] = filmsOf(probed.media);
      const place = film && keyframeBefore(probed, film, asked);
      const seek = ['-noaccurate_seek', '-seek_timestamp', '1', '-ss', String(place), '-copyts', '-i'];
      const output = ['-frames:v', '1', '-vf', 'showinfo', '-f', 'null', '-'];
      const program = await ownFfmpeg();
      const { stderr } = await overLoopback(path, null, (url) =>
        run(program, ['-nostdin', ...seek, url, ...output]),
      );
      expect(/ n: *0 .*pts_time:(\S+)/.exec(stderr)?.[1]).to.equal(String(found));
    });
  }
});
