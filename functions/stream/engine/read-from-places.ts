import { damaged, Problem } from '../base/problem.ts';
import { readStream, type StreamedTrack } from '../media/isobmff/read-stream.ts';
import { peekFirst } from '../media/peek-first.ts';
import { spliced } from '../media/transport/splice.ts';
import type { FfmpegArguments } from './arguments.ts';
import type { ReadingPlace } from './reading-places.ts';
import type { ReadFrom } from './segment-arguments.ts';
import { type EngineContext, transcodeObject } from './transcode-object.ts';
import { cutFrom } from './with-cuts.ts';

/** Times of the output are in milliseconds where it begins late, and no frame is shorter than two. */
const LATE_SECONDS = 0.001;

/**
 * What ffmpeg makes when it reads from the first of `places` (seconds of the file's timeline) where what comes out
 * begins in time. Begins anew at the next place where nothing can be decoded, or where it begins too late: a picture
 * may have been shown for long, and without an index a place is a guess. Fails as `Engine` says, at the last one.
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
  // What is cut out begins where it would be sought.
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
 * Null where it begins too late. ffmpeg is stopped where nothing comes of it: nobody would read what it writes. A job
 * that yields nothing ends as the build likes it, with 0 or with a crash: what counts is the first sample.
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
