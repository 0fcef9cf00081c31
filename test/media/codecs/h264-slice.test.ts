import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { nalUnits, withoutEmulation } from '../../../functions/stream/media/codecs/bitstream.ts';
import {
  type H264Picture,
  type H264Sequence,
  readH264Picture,
  readH264Sequence,
} from '../../../functions/stream/media/codecs/h264-sets.ts';
import { h264HeaderBits } from '../../../functions/stream/media/codecs/h264-slice.ts';
import { needs } from '../../../testing/needs.ts';
import { ffmpeg } from '../../../testing/verify.ts';

const run = promisify(execFile);

/** Codings whose slices have headers of all kinds. */
const CODINGS: readonly (readonly [what: string, ...args: string[]])[] = [
  ['B-frames, weighted', '-preset', 'slow', '-bf', '3', '-x264-params', 'weightp=2:weightb=1:ref=6'],
  ['four slices, without CABAC', '-preset', 'veryfast', '-x264-params', 'slices=4:cabac=0:bframes=2'],
  ['fields', '-preset', 'veryfast', '-flags', '+ilme+ildct', '-x264-params', 'tff=1:bframes=2:ref=4'],
  ['baseline, without deblocking', '-profile:v', 'baseline', '-x264-params', 'no-deblock=1:ref=3'],
  ['open groups', '-preset', 'medium', '-x264-params', 'open-gop=1:keyint=12:b-pyramid=normal:bframes=4'],
];

describe('the header of a slice', function () {
  this.timeout(60_000);
  let folder: string;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-slices-'));
  });

  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  for (const [what, ...args] of CODINGS) {
    it(`ends where ffmpeg finds its end: ${what}`, async () => {
      const path = join(folder, 'film.h264');
      const video = ['-f', 'lavfi', '-i', 'testsrc2=s=320x240:r=25,fade=in:0:20', '-frames:v', '40'];
      await ffmpeg(...video, '-c:v', 'libx264', ...args, '-pix_fmt', 'yuv420p', path);
      const ends = await endsByFfmpeg(path);
      expect(ends.length).to.be.at.least(40);
      expect(endsOf(await readFile(path))).to.deep.equal(ends);
    });
  }
});

/** The bits of each slice's header, in order. */
function endsOf(stream: Buffer): (number | null)[] {
  const sequences = new Map<number, H264Sequence>();
  const frameSets = new Map<number, H264Picture>();
  const ends: (number | null)[] = [];
  for (const unit of nalUnits(stream)) {
    const type = (unit[0] ?? 0) & 0x1f;
    const sequence = type === 7 ? readH264Sequence(unit) : null;
    if (sequence !== null) sequences.set(sequence.id, sequence);
    const frameSet = type === 8 ? readH264Picture(unit) : null;
    if (frameSet !== null) frameSets.set(frameSet.id, frameSet);
    if (type === 1 || type === 5) ends.push(h264HeaderBits(withoutEmulation(unit), { sequences, frameSets }));
  }
  return ends;
}

/** The same by the trace of ffmpeg: the place after the last field of each header. */
async function endsByFfmpeg(path: string): Promise<number[]> {
  const { stderr } = await run(
    '/usr/bin/ffmpeg',
    ['-v', 'trace', '-i', path, '-c', 'copy', '-bsf:v', 'trace_headers', '-f', 'null', '-'],
    { maxBuffer: 256 * 2 ** 20 },
  );
  const traced = stderr.split('\n').filter((line) => line.includes('[trace_headers'));
  const ends: number[] = [];
  let isSlice = false;
  for (const line of traced) {
    if (/\] [A-Z]/.test(line)) isSlice = / Slice Header/.test(line) && ends.push(0) > 0;
    const [, at, bits] = /\] (\d+) +\S+ +([01]+) =/.exec(line) ?? [];
    // Bits that align the data are no part of the header.
    if (isSlice && at !== undefined && bits !== undefined && !line.includes('cabac_alignment'))
      ends[ends.length - 1] = Number(at) + bits.length;
  }
  return ends;
}
