import { damaged, Problem } from '../base/problem.ts';
import { readStream, type StreamedTrack } from '../media/isobmff/read-stream.ts';
import { peekFirst } from '../media/peek-first.ts';
import { spliced } from '../media/transport/splice.ts';
import type { FfmpegArguments } from './arguments.ts';
import type { ReadingPlace } from './reading-places.ts';
import type { ReadFrom } from './segment-arguments.ts';
import { type EngineContext, transcodeObject } from './transcode-object.ts';
import { cutFrom } from './with-cuts.ts';

/** Times of a late output are in milliseconds, and no frame is shorter than two. */
const LATE_SECONDS = 0.001;

/**
 * Returns ffmpeg's output from the first of `places` (seconds of the file's timeline) at which it begins in
 * time. Tries the next place if nothing can be decoded, or if the output begins too late: a frame may have
 * been shown for long, and without an index a place is a guess. Fails as `Engine` says, at the last one.
 */
export async function readFromPlaces(
  places: readonly ReadingPlace[],
  context: EngineContext,
  argumentsFor: (from: ReadFrom) => FfmpegArguments,
): Promise<StreamedTrack> {
  const clock = context.probed.media.originSeconds;
  const [place, ...others] = places;
  if (place === undefined) throw new RangeError('There is no place to read from.');
  const { seekSeconds } = place;
  // Input that was cut begins at the sought time.
  const isSought = seekSeconds !== null && context.cut === undefined;
  const from = { ...place, seekSeconds: isSought ? seekSeconds + clock : null };
  const isLast = others.length === 0;
  try {
    const stream = await startedInTime(argumentsFor(from), atPlace(context, place), isLast);
    if (stream !== null) return stream;
  } catch (error) {
    const isNothing = error instanceof Problem && error.type === 'damaged-media';
    if (!isNothing || isLast) throw error;
  }
  return readFromPlaces(others, context, argumentsFor);
}

function atPlace(context: EngineContext, { splice, seekSeconds }: ReadingPlace): EngineContext {
  if (splice !== null) return { ...context, access: spliced(context.access, splice) };
  return cutFrom(context, seekSeconds ?? Number.NEGATIVE_INFINITY);
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
