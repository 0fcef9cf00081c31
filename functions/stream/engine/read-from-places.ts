import { Problem } from '../http/problem.ts';
import { readStream, type StreamedTrack } from '../media/isobmff/read-stream.ts';
import type { FfmpegArguments } from './arguments.ts';
import type { ReadFrom } from './segment-arguments.ts';
import { transcodeObject, type Workplace } from './transcode-object.ts';

/** Times of the output are in milliseconds where it begins late, and no frame is shorter than two. */
const LATE_SECONDS = 0.001;

/**
 * What ffmpeg makes when it reads from the first of `places` (seconds of the file's timeline) where what comes out
 * begins in time. Begins anew at the next place where nothing can be decoded, or where it begins too late: a picture
 * may have been shown for long, and without an index a place is a guess. Fails as `Engine` says, at the last one.
 */
export async function readFromPlaces(
  places: readonly ReadFrom[],
  workplace: Workplace,
  argumentsFor: (from: ReadFrom) => FfmpegArguments,
): Promise<StreamedTrack> {
  const clock = workplace.probed.media.originSeconds;
  const [place, ...others] = places;
  if (place === undefined) throw new RangeError('There is no place to read from.');
  const { seekSeconds, fillsFront } = place;
  const from = { fillsFront, seekSeconds: seekSeconds === null ? null : seekSeconds + clock };
  const isLast = others.length === 0;
  try {
    const stream = await begun(argumentsFor(from), workplace, isLast);
    if (stream !== null) return stream;
  } catch (error) {
    const isNothing = error instanceof Problem && error.type === 'damaged-media';
    if (!isNothing || isLast) throw error;
  }
  return readFromPlaces(others, workplace, argumentsFor);
}

/** Null where it begins too late. ffmpeg is stopped where nothing comes of it: nobody would read what it writes. */
async function begun(
  args: FfmpegArguments,
  workplace: Workplace,
  mayBeLate: boolean,
): Promise<StreamedTrack | null> {
  const made = await transcodeObject(args, workplace);
  try {
    const stream = await readStream(made);
    if (mayBeLate || stream.delaySeconds < LATE_SECONDS) return stream;
  } catch (error) {
    made.destroy();
    throw error;
  }
  made.destroy();
  return null;
}
