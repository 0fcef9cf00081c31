import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { EncodedVideo } from '../../functions/stream/engine/segment-context.ts';
import { encodedInit } from '../../functions/stream/engine/segments.ts';
import { REORDER_FRAMES } from '../../functions/stream/engine/video-segment-arguments.ts';
import { frameAt, frameTime } from '../../functions/stream/plan/frame-grid.ts';
import { demoDirectory } from '../../local/function.ts';
import { everything, openContext, segmentOf, videoRendition, withArguments } from '../../testing/encoded.ts';
import { fragmentTimes } from '../../testing/fragment-times.ts';
import { decodedFrames, losslessly, onePass, thumbnails } from '../../testing/grid-frames.ts';
import { corpusDirectory, needs } from '../../testing/needs.ts';

const DEMO = join(demoDirectory, 'video.mp4');

type Film = {
  readonly what: string;
  readonly rate: readonly [numerator: number, denominator: number];
  /** Start within the presentation. */
  readonly seconds: number;
  /** Distinct frames: those between are copies, of the source or of the grid. */
  readonly distinct: number;
  readonly lengths?: readonly number[];
} & ({ readonly path: string } | { readonly make: readonly string[]; readonly name: string });

/** Inputs for Debian's ffmpeg: frames that all differ. */
const encodedFrames = (rate: string, seconds: number) => [
  ...['-f', 'lavfi', '-i', `testsrc2=s=192x108:r=${rate}:d=${seconds},format=yuv420p`],
];
const audio = (seconds: number) => ['-f', 'lavfi', '-i', `sine=d=${seconds}`];
const groups = (frames: number) => [
  '-g',
  String(frames),
  '-keyint_min',
  String(frames),
  '-sc_threshold',
  '0',
];

const FILMS: readonly Film[] = [
  { what: '24 a second', path: DEMO, rate: [24, 1], seconds: 8, distinct: 190 },
  {
    what: 'variable rate',
    path: 'mp4/mediabunny__cursed-vfr.mp4',
    rate: [30, 1],
    seconds: 8.7,
    distinct: 55,
  },
  {
    what: '29.97 in fragments',
    path: 'fmp4/media__sample_fragmented.mp4',
    rate: [30000, 1001],
    seconds: 1.1,
    distinct: 30,
  },
  { what: 'an edit list', path: 'mp4/mediabunny__edts.mp4', rate: [25, 1], seconds: 9, distinct: 4 },
  { what: 'HEVC', path: 'mp4/mediabunny__video-h265.mp4', rate: [30, 1], seconds: 4, distinct: 120 },
  { what: 'Matroska', path: 'mkv/mediabunny__annex-b-avc.mkv', rate: [30, 1], seconds: 11, distinct: 150 },
  {
    what: 'TS, 60 a second, HLG, one keyframe',
    path: 'ts/mediabunny__0.ts',
    rate: [60, 1],
    seconds: 2.5,
    distinct: 149,
  },
  { what: 'FLV', path: 'legacy/lpms__test.flv', rate: [30, 1], seconds: 11, distinct: 328 },
  { what: 'AVI', path: 'legacy/media__sample.avi', rate: [24000, 1001], seconds: 4, distinct: 85 },
  {
    what: 'WebM',
    path: 'webm/media__bbb_642x642_768kbps_30fps_vp9.webm',
    rate: [30, 1],
    seconds: 3,
    distinct: 90,
  },
  {
    what: 'turned, in fragments',
    path: 'mp4/mediabunny__rotate-buck-bunny.mp4',
    rate: [24, 1],
    seconds: 2,
    distinct: 43,
  },
  {
    what: 'keyframes that no segment begins at, B-frames',
    name: 'groups.mp4',
    make: [...encodedFrames('24', 12), '-c:v', 'libx264', '-bf', '3', ...groups(37)],
    rate: [24, 1],
    seconds: 12,
    distinct: 288,
  },
  {
    what: 'a transport stream whose clock begins somewhere',
    name: 'clock.ts',
    make: [
      ...encodedFrames('25', 12),
      ...audio(12),
      '-c:v',
      'libx264',
      ...groups(60),
      '-output_ts_offset',
      '5000.1',
    ],
    rate: [25, 1],
    seconds: 12,
    distinct: 300,
  },
  {
    what: 'a transport stream whose clock goes round',
    name: 'round.ts',
    make: [...encodedFrames('25', 6), '-c:v', 'libx264', ...groups(60), '-output_ts_offset', '95440'],
    rate: [25, 1],
    seconds: 6,
    distinct: 150,
  },
  {
    what: 'frames shown for nine seconds, in a transport stream',
    name: 'slides.ts',
    make: [...encodedFrames('1/9', 36), '-c:v', 'libx264', '-bf', '0', ...groups(100)],
    rate: [5, 1],
    seconds: 36,
    distinct: 4,
  },
  {
    what: 'frames shown for nine seconds, in Matroska',
    name: 'slides.mkv',
    make: [...encodedFrames('1/9', 36), '-c:v', 'libx264', ...groups(2)],
    rate: [5, 1],
    seconds: 36,
    distinct: 4,
  },
  {
    what: 'video that comes late and ends early',
    name: 'late.mp4',
    make: ['-itsoffset', '3.31', ...encodedFrames('25', 3), ...audio(9), '-c:v', 'libx264', '-c:a', 'aac'],
    rate: [25, 1],
    seconds: 9,
    distinct: 82,
  },
  {
    what: 'late in Matroska, between two frames of the grid',
    name: 'late.mkv',
    make: [
      '-itsoffset',
      '1.017',
      ...encodedFrames('30000/1001', 5),
      ...audio(6),
      '-c:v',
      'libx264',
      '-c:a',
      'ac3',
    ],
    rate: [30000, 1001],
    seconds: 6,
    distinct: 150,
  },
  {
    what: 'open groups of MPEG-2',
    name: 'open.ts',
    make: [...encodedFrames('25', 8), '-c:v', 'mpeg2video', '-bf', '2', '-g', '12', '-q:v', '3'],
    rate: [25, 1],
    seconds: 8,
    distinct: 200,
    lengths: [1.4, 2.2],
  },
  {
    what: 'fragments without an index',
    name: 'fragments.mp4',
    make: [
      ...encodedFrames('24', 10),
      '-c:v',
      'libx264',
      ...groups(37),
      '-movflags',
      'frag_keyframe+empty_moov',
    ],
    rate: [24, 1],
    seconds: 10,
    distinct: 240,
  },
  {
    what: 'Matroska without an index',
    name: 'live.mkv',
    make: [...encodedFrames('24', 10), '-c:v', 'libx264', ...groups(37), '-live', '1'],
    rate: [24, 1],
    seconds: 10,
    distinct: 240,
  },
  {
    what: 'fields',
    name: 'fields.ts',
    make: [
      ...encodedFrames('25', 6),
      '-c:v',
      'mpeg2video',
      '-flags',
      '+ildct+ilme',
      '-top',
      '1',
      '-q:v',
      '2',
    ],
    rate: [25, 1],
    seconds: 6,
    distinct: 150,
  },
  {
    what: 'one frame more than a segment',
    path: DEMO,
    rate: [24, 1],
    seconds: 1 + 1 / 24,
    distinct: 23,
    lengths: [1],
  },
];

describe('segments of encoded video', function () {
  this.timeout(120_000);
  let folder: string;

  before(async function () {
    needs(this, 'corpus', 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-frames-'));
  });
  after(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  for (const film of FILMS) {
    it(`hold each frame of the grid once, as one pass decodes it: ${film.what}`, async () => {
      const path = await fileOf(film);
      const context = await openContext(path);
      const [numerator, denominator] = film.rate;
      const rendition = videoRendition(context, {
        ...film,
        height: 96,
        frameRate: { numerator, denominator },
      });
      const last = rendition.segments.at(-1);
      const frames = frameAt((last?.startTicks ?? 0) + (last?.durationTicks ?? 0), rendition.source);
      const parts = await everything(rendition, withArguments(context, losslessly));
      const { hashes, complaints } = await decodedFrames(parts, join(folder, 'output.mp4'));
      expect(complaints).to.equal('');
      expect(hashes).to.have.length(frames);
      expect(new Set(hashes).size, 'different frames').to.equal(film.distinct);
      expect(hashes).to.deep.equal(await onePass(path, rendition, context, frames));
      expectTimes(parts.slice(1), rendition);
    });
  }

  it('are not looked for at the beginning of a transport stream', async () => {
    const path = join(folder, 'begins.ts');
    const make = [...encodedFrames('25', 3), '-c:v', 'libx264', ...groups(25)];
    await promisify(execFile)('/usr/bin/ffmpeg', ['-v', 'error', '-nostdin', ...make, '-y', path]);
    const context = await openContext(path);
    let looks = 0;
    const read: typeof context.access.read = (start, end) => {
      looks++;
      return context.access.read(start, end);
    };
    const counted = { ...context, access: { ...context.access, read } };
    const shape = { height: 96, frameRate: { numerator: 25, denominator: 1 }, seconds: 3 };
    const rendition = videoRendition(context, shape);
    await segmentOf(rendition, 0, counted);
    expect(looks, 'for the first segment').to.equal(0);
    await segmentOf(rendition, 1, counted);
    expect(looks, 'for the second').to.be.above(0);
  });

  it('are decoded without a word, and each frame is nearest to its own', async () => {
    const context = await openContext(DEMO);
    const shape = { height: 144, frameRate: { numerator: 24, denominator: 1 }, seconds: 7 };
    const rendition = videoRendition(context, shape);
    const parts = await everything(rendition, context);
    const { hashes, complaints } = await decodedFrames(parts, join(folder, 'output.mp4'));
    expect(complaints).to.equal('');
    expect(hashes).to.have.length(7 * 24);
    const output = await thumbnails(parts, join(folder, 'output.mp4'));
    const perfect = await everything(rendition, withArguments(context, losslessly));
    const wanted = await thumbnails(perfect, join(folder, 'perfect.mp4'));
    let told = 0;
    for (const [i, frame] of output.entries()) {
      const own = distance(frame, wanted[i]);
      for (const j of [i - 1, i + 1].filter((place) => place >= 0 && place < wanted.length)) {
        // Neighbours are equal if nothing moves.
        if (distance(wanted[i], wanted[j]) < 1) continue;
        told++;
        expect(own, `frame ${i} against ${j}`).to.be.below(distance(frame, wanted[j]));
      }
    }
    expect(told).to.be.above(50);
  });

  it('have the last frames of a longer film, and any one between', async () => {
    const path = join(corpusDirectory, 'mp4/big-buck-bunny__bbb-480p-30s.mp4');
    const context = await openContext(path);
    const shape = { height: 96, frameRate: { numerator: 24, denominator: 1 }, seconds: 30, lengths: [1.5] };
    const rendition = videoRendition(context, shape);
    const all = await onePass(path, rendition, context, 720);
    const lossless = withArguments(context, losslessly);
    const init = await encodedInit(rendition, lossless);
    for (const index of [19, 7, 12]) {
      const parts = [init, await segmentOf(rendition, index, lossless)];
      const { hashes } = await decodedFrames(parts, join(folder, 'output.mp4'));
      expect(hashes).to.deep.equal(all.slice(index * 36, (index + 1) * 36));
    }
  });

  async function fileOf(film: Film): Promise<string> {
    if ('path' in film) return film.path.startsWith('/') ? film.path : join(corpusDirectory, film.path);
    const path = join(folder, film.name);
    await promisify(execFile)('/usr/bin/ffmpeg', ['-v', 'error', '-nostdin', ...film.make, '-y', path]);
    return path;
  }
});

/**
 * Expects each segment to begin at the end of the one before, and every frame of the grid to be shown at its
 * time, the first at 0.
 */
function expectTimes(segments: readonly Buffer[], { segments: planned, source }: EncodedVideo): void {
  const { frameTicks, phaseTicks } = source;
  let next = 0;
  const shown: number[] = [];
  for (const [i, segment] of segments.entries()) {
    expect(next).to.equal(planned[i]?.startTicks);
    for (const { decodeTime, samples } of fragmentTimes(segment)) {
      expect(decodeTime).to.equal(next);
      for (const { duration, offset } of samples) {
        expect(duration).to.equal(next === 0 ? frameTicks + phaseTicks : frameTicks);
        expect(offset).to.be.at.least(0);
        shown.push(frameAt(next + offset - REORDER_FRAMES * frameTicks, source));
        expect(next + offset - REORDER_FRAMES * frameTicks).to.equal(frameTime(shown.at(-1) ?? 0, source));
        next += duration;
      }
    }
  }
  expect(shown.sort((a, b) => a - b)).to.deep.equal(shown.map((_, i) => i));
}

/** Returns the mean difference of two frames' pixels. */
function distance(a: Buffer | undefined, b: Buffer | undefined): number {
  if (a === undefined || b === undefined) throw new RangeError('There is no such frame.');
  let sum = 0;
  for (const [i, value] of a.entries()) sum += Math.abs(value - (b[i] ?? 0));
  return sum / a.length;
}
