import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { parseConfig } from '../functions/stream/config/config.ts';
import { isEncodedVideo, type SegmentContext } from '../functions/stream/engine/segment-context.ts';
import { encodedInit } from '../functions/stream/engine/segments.ts';
import { openPresentation } from '../functions/stream/open/open-presentation.ts';
import { frameAt } from '../functions/stream/plan/frame-grid.ts';
import type { Presentation, Rendition } from '../functions/stream/plan/presentation.ts';
import { directorySource } from '../functions/stream/source/directory.ts';
import { errorsOf, heardInOnePass, heardInSegments, joinErrors, lagOf } from './audio-error.ts';
import { audioRendition, openContext, segmentOf, withArguments } from './encoded.ts';
import { fragmentTimes } from './fragment-times.ts';
import { decodedFrames, losslessly, onePass } from './grid-frames.ts';
import { afterEverything } from './hooks.ts';
import { LONG_SECONDS, makeLongFilm, PART_SECONDS } from './long-film.ts';

/** The film of two hours with the context of its segments. */
export type LongPresentation = {
  readonly path: string;
  /** Folder for its outputs. */
  readonly folder: string;
  readonly context: SegmentContext;
  readonly presentation: Presentation;
};

/** Segments `[from, to)`. */
type Span = { readonly from: number; readonly to: number };

/** Opens the presentation. Needs the part `ffmpeg`. Its files are removed in the end. */
export async function openLongPresentation(): Promise<LongPresentation> {
  const film = await makeLongFilm();
  const path = join(film.folder, film.name);
  const folder = await mkdtemp(join(tmpdir(), 'sluice-two-hours-'));
  afterEverything(() => rm(folder, { recursive: true, force: true }));
  const context = await openContext(path);
  const limits = { ...parseConfig({ MEDIA_DIR: film.folder }).limits, ...context.limits };
  const source = directorySource(film.folder);
  const object = await source.stat(film.name, context.signal);
  const presentation = await openPresentation(
    { ...context, source, object, limits, encryption: null },
    context.probed,
    {
      inspectsKeyframes: true,
    },
  );
  return { path, folder, context, presentation };
}

/**
 * Throws unless the segments that `pick` takes, of so many, equal one pass of the film at their time: each
 * frame, and the audio but for the codec's own noise. Resolves with the figures. `name` names temporary
 * files.
 */
export async function expectAsInOnePass(
  { path, folder, context, presentation }: LongPresentation,
  pick: (count: number) => Span,
  name: string,
): Promise<string> {
  const video = presentation.video.find(isEncodedVideo);
  if (video === undefined) throw new Error('Nothing is encoded.');
  const [shownFile, heardFile] = [join(folder, `${name}.video.mp4`), join(folder, `${name}.audio.mp4`)];
  const shown = await stretchOf(video, pick(video.segments.length), withArguments(context, losslessly));
  const [first, end] = [frameAt(shown.startTicks, video.source), frameAt(shown.endTicks, video.source)];
  const decoded = await decodedFrames(shown.parts, shownFile);
  expect(decoded.complaints).to.equal('');
  expect(decoded.hashes).to.have.length(end - first);
  expect(decoded.hashes).to.deep.equal(await onePass(path, video, context, end, { firstFrame: first }));

  const audio = audioRendition(context, { seconds: LONG_SECONDS, sampleRate: 48_000 });
  const output = await stretchOf(audio, pick(audio.segments.length), context);
  const [from, to] = [output.startTicks / 1024, output.endTicks / 1024];
  const isStart = output.startTicks === 0;
  const heard = await heardInSegments(output.parts, heardFile, 1);
  expect(heard.complaints).to.equal('');
  // The very first frame is the encoder's priming; elsewhere the decoder has not seen the other half of the
  // first one.
  const known = isStart ? from : from + 1;
  const wanted = await heardInOnePass(path, audio, context, [known, to]);
  expect(heard.samples.length).to.equal((to - known) * 1024);
  const lag = lagOf(heard.samples, wanted, 1, 960);
  // The tone itself leaps between the parts of the film, which no codec follows well.
  const inStretch = output.segments
    .filter(({ startTicks }, i) => i === 0 || !isLeap(startTicks / 48_000))
    .map((segment) => ({ ...segment, startTicks: segment.startTicks - known * 1024 }));
  const errors = joinErrors(errorsOf(heard.samples, wanted, 1), { ...audio, segments: inStretch });

  const [shownAt, heardAt] = [await firstTime(shownFile), await firstTime(heardFile)];
  const figures = Object.entries(errors).map(([name, error]) => `${name} ${error.toFixed(1)}`);
  const told = [
    `video ${first} to ${end} as in one pass, from ${shownAt.toFixed(3)} s`,
    `audio ${from} to ${to} from ${heardAt.toFixed(3)} s, ${lag} samples late`,
    `error of frames ${figures.join(', ')}`,
  ].join('; ');
  expect(lag).to.equal(0);
  expect(errors.median).to.be.below(50);
  expect(errors.worstJoin).to.be.below(Math.max(2 * errors.p99, 16));
  // Players go by these times, including the edit list: video and audio are at their planned times.
  expect(shownAt).to.be.closeTo(shown.startTicks / video.timescale, 0.001);
  expect(heardAt).to.be.closeTo((isStart ? -1024 : output.startTicks) / 48_000, 0.001);

  await Promise.all([rm(shownFile), rm(heardFile)]);
  return told;
}

function isLeap(seconds: number): boolean {
  return Math.abs(seconds - Math.round(seconds / PART_SECONDS) * PART_SECONDS) < 0.1;
}

/** Returns the init segment and some others, whose times are those of the plan. */
async function stretchOf(rendition: Rendition, { from, to }: Span, at: SegmentContext) {
  const segments = rendition.segments.slice(from, to);
  const parts = [Buffer.from(await encodedInit(rendition, at))];
  // The encoder's priming precedes all audio, in the first segment.
  const priming = rendition.kind === 'audio' ? 1024 : 0;
  for (const [i, { startTicks, durationTicks }] of segments.entries()) {
    const bytes = Buffer.from(await segmentOf(rendition, from + i, at));
    const fragments = fragmentTimes(bytes);
    let next = startTicks + (startTicks === 0 ? 0 : priming);
    for (const { decodeTime, samples } of fragments) {
      expect(decodeTime).to.equal(next);
      for (const { duration } of samples) next += duration;
    }
    expect(next).to.equal(startTicks + durationTicks + priming);
    parts.push(bytes);
  }
  const [first, end] = [segments[0], segments.at(-1)];
  const endTicks = (end?.startTicks ?? 0) + (end?.durationTicks ?? 0);
  return { parts, segments, startTicks: first?.startTicks ?? 0, endTicks };
}

/** Returns when the first frame of a file is shown or heard. */
async function firstTime(path: string): Promise<number> {
  const entries = ['-show_entries', 'frame=pts_time', '-read_intervals', '%+#1', '-of', 'csv=p=0'];
  const { stdout } = await promisify(execFile)('/usr/bin/ffprobe', ['-v', 'error', ...entries, path]);
  return Number.parseFloat(stdout);
}
