import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { SegmentContext } from '../../functions/stream/engine/segment-context.ts';
import { encodedInit } from '../../functions/stream/engine/segments.ts';
import { demoDirectory } from '../../local/function.ts';
import { errorsOf, heardInOnePass, heardInSegments, joinErrors } from '../../testing/audio-error.ts';
import {
  audioRendition,
  everything,
  openContext,
  segmentOf,
  videoRendition,
  withArguments,
} from '../../testing/encoded.ts';
import { needs } from '../../testing/needs.ts';

const DEMO = join(demoDirectory, 'video.mp4');
const INDEPENDENT = 'cpu-independent=1';
const SHAPE = { height: 180, frameRate: { numerator: 24, denominator: 1 }, seconds: 8, lengths: [2, 4, 2] };

/** Processors that x264 takes this one for: one without vector instructions, and old ones of x86. */
const OTHERS =
  process.arch === 'x64' ? ['asm=0', 'asm=MMX2,SSE2', 'asm=MMX2,SSE2,SSE2Fast,SSSE3,SSE4.2'] : ['asm=0'];

/** Another x264 parameter in place of the engine's own. */
const told = (context: SegmentContext, params: string) =>
  withArguments(context, (output) => output.map((value) => (value === INDEPENDENT ? params : value)));

/** Takes every second segment from `other`. */
const alternating = (own: readonly Buffer[], other: readonly Buffer[]) =>
  own.map((part, i) => (i % 2 === 0 ? part : (other[i] ?? Buffer.of())));

describe('segments from different processors', function () {
  this.timeout(60_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-processors-'));
  });
  after(() => rm(folder, { recursive: true }));

  // In fades the x264 of 2018 depends on how AVX has frames aligned, whatever it is told: this film fades in.
  for (const [index, ffmpegPath] of [
    [2, null],
    [0, '/usr/bin/ffmpeg'],
  ] as const) {
    const build = ffmpegPath === null ? '' : ', in a fade by a current x264';
    it(`have the same bytes of video, whatever x264 has${build}`, async function () {
      if (ffmpegPath !== null) needs(this, 'ffmpeg');
      const context = await openContext(DEMO, ffmpegPath === null ? {} : { ffmpegPath });
      const rendition = videoRendition(context, SHAPE);
      const own = await segmentOf(rendition, index, context);
      const differs: string[] = [];
      for (const other of OTHERS) {
        const theirs = await segmentOf(rendition, index, told(context, `${INDEPENDENT}:${other}`));
        if (!own.equals(theirs)) differs.push(other);
      }
      expect(differs).to.deep.equal([]);
    });
  }

  it('have other bytes of video if x264 is not told so', async () => {
    const context = await openContext(DEMO);
    const rendition = videoRendition(context, SHAPE);
    const encode = (params: string) => segmentOf(rendition, 0, told(context, params));
    expect((await encode('asm=0')).equals(await encode('asm=auto'))).to.equal(false);
  });

  it('have one init segment', async () => {
    const context = await openContext(DEMO);
    const rendition = videoRendition(context, SHAPE);
    const own = await encodedInit(rendition, context);
    // Another engine: descriptions of a coding are cached for each.
    const other = await encodedInit(rendition, told(await openContext(DEMO), `${INDEPENDENT}:asm=0`));
    expect(Buffer.from(other).equals(own)).to.equal(true);
  });

  // Audio encoded by an arm64 differs in its least bits; that of the encoder's other coder differs by more.
  it('join without a seam when every second one of audio has other bytes', async function () {
    needs(this, 'ffmpeg');
    const context = await openContext(DEMO);
    const rendition = audioRendition(context, { seconds: 8, sampleRate: 48_000, lengths: [0.5] });
    const own = await everything(rendition, context);
    const other = await everything(
      rendition,
      withArguments(context, (output) => output.map((value) => (value === 'fast' ? 'twoloop' : value))),
    );
    const mixed = alternating(own, other);
    expect(Buffer.concat(mixed).equals(Buffer.concat(own))).to.equal(false);
    const { samples, complaints } = await heardInSegments(mixed, join(folder, 'mixed.mp4'), 2);
    expect(complaints).to.equal('');
    const wanted = await heardInOnePass(DEMO, rendition, context);
    const found = joinErrors(errorsOf(samples, wanted, 2), rendition);
    expect(found.worstJoin).to.be.below(2 * found.p99);
  });
});
