import { damaged, Problem } from '../base/problem.ts';
import { peekFirst } from '../http/body.ts';
import { forFfmpeg } from '../media/isobmff/for-ffmpeg.ts';
import { readStream, type StreamedTrack } from '../media/isobmff/read-stream.ts';
import { spliced } from '../media/transport/splice.ts';
import type { CachedAccess } from '../source/cache.ts';
import type { FfmpegArguments } from './arguments.ts';
import type { ReadingPlace } from './reading-places.ts';
import type { ReadFrom } from './segment-arguments.ts';
import { type EngineContext, transcodeObject } from './transcode-object.ts';
import { cutFrom } from './with-cuts.ts';

/** Times of a late output are in milliseconds, and no frame is shorter than two. */
const LATE_SECONDS = 0.001;

/**
 * Returns ffmpeg's output from the first of `places` (seconds of the file's timeline) at which it begins in
 * time. Fails as `Engine` says, at the last one.
 */
export async function readFromPlaces(
  places: readonly ReadingPlace[],
  context: EngineContext,
  argumentsFor: (from: ReadFrom) => FfmpegArguments,
): Promise<StreamedTrack> {
  return tryPlaces(places, context, (from, placed, isLast) =>
    startedInTime(argumentsFor(from), placed, isLast),
  );
}

/**
 * Tries each of `places` until one yields a result. The next one is tried after null, which means that the
 * output begins too late, and if nothing can be decoded: a frame may have been shown for long, and without an
 * index a place is a guess. Fails as the attempt at the last one does.
 */
export async function tryPlaces<Result>(
  places: readonly ReadingPlace[],
  context: EngineContext,
  attempt: (from: ReadFrom, context: EngineContext, isLast: boolean) => Promise<Result | null>,
): Promise<Result> {
  const clock = context.probed.media.originSeconds;
  const [place, ...others] = places;
  if (place === undefined) throw new RangeError('There is no place to read from.');
  const { seekSeconds } = place;
  // Input that was cut begins at the sought time.
  const isSought = seekSeconds !== null && context.cut === undefined;
  const from = { ...place, seekSeconds: isSought ? seekSeconds + clock : null };
  const isLast = others.length === 0;
  try {
    const result = await attempt(from, await atPlace(context, place), isLast);
    if (result !== null) return result;
  } catch (error) {
    const isNothing = error instanceof Problem && error.type === 'damaged-media';
    if (!isNothing || isLast) throw error;
  }
  return tryPlaces(others, context, attempt);
}

async function atPlace(
  context: EngineContext,
  { splice, seekSeconds }: ReadingPlace,
): Promise<EngineContext> {
  if (splice !== null) {
    return { ...context, ...(await splicedInput(context, spliced(context.access, splice))) };
  }
  return cutFrom(context, seekSeconds ?? Number.NEGATIVE_INFINITY);
}

/** A demuxer of fragments that can seek would walk all of them before it begins. */
async function splicedInput(
  { probed: { movie } }: EngineContext,
  access: CachedAccess,
): Promise<Partial<EngineContext>> {
  if (movie === null) return { access };
  const patched = await forFfmpeg(access, movie);
  const stream = () => patched.stream({ start: 0, end: patched.sizeBytes });
  return { flow: { sizeBytes: null, stream } };
}

/**
 * Returns null if the output begins too late. Stops an ffmpeg whose output is of no use: nobody would read
 * it. A job that yields nothing ends differently in each build, with 0 or with a crash: only the first sample
 * counts.
 */
async function startedInTime(
  args: FfmpegArguments,
  context: EngineContext,
  mayBeLate: boolean,
): Promise<StreamedTrack | null> {
  const output = await transcodeObject(args, context);
  try {
    const stream = await readStream(output);
    if (mayBeLate || stream.delaySeconds < LATE_SECONDS) {
      const samples = await peekFirst(stream.samples);
      if (samples === null) throw damaged('Nothing of the media could be decoded.');
      return { ...stream, samples };
    }
  } catch (error) {
    output.destroy();
    throw error;
  }
  output.destroy();
  return null;
}
