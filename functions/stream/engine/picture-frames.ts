import { damaged } from '../http/problem.ts';
import { tableOf } from '../media/isobmff/describe.ts';
import { readStream, type StreamedTrack } from '../media/isobmff/read-stream.ts';
import { timelineOf } from '../media/isobmff/timeline.ts';
import type { VideoTrack } from '../media/media.ts';
import type { Probed } from '../media/probe.ts';
import type { VideoRendition } from '../plan/presentation.ts';
import { filmsOf } from '../plan/select-tracks.ts';
import { BT709 } from './colour-tags.ts';
import { type PictureSegment, pictureSegmentArguments } from './picture-segment-arguments.ts';
import { readingPlaces } from './reading-places.ts';
import { transcodeObject, type Workplace } from './transcode-object.ts';

export type EncodedVideo = VideoRendition & {
  readonly source: Extract<VideoRendition['source'], { kind: 'encode' }>;
};

export type EncodedFrame = {
  /** Place among the segment's frames in the order in which they are shown, from 0. */
  readonly position: number;
  readonly data: Uint8Array;
  readonly isSync: boolean;
};

export type EncodedFrames = { readonly sampleEntry: Buffer; readonly frames: AsyncGenerator<EncodedFrame> };

/**
 * Encodes frames of a rendition's grid, in decode order. Begins anew further back in the file until what comes first is
 * the first frame. Fails as `Engine` says.
 */
export async function encodeFrames(
  { source }: EncodedVideo,
  firstFrame: number,
  frameCount: number,
  zeroSeconds: number,
  workplace: Workplace & { readonly limits: { readonly maxPixels: number } },
): Promise<EncodedFrames> {
  const { probed, limits } = workplace;
  const { picture, level } = source;
  const { media } = probed;
  const track = filmsOf(media)[picture.stream];
  if (track === undefined) throw damaged('The file does not have that picture any more.');
  const { numerator, denominator } = picture.frameRate;
  const gridSeconds = zeroSeconds + phaseOf(track, zeroSeconds, picture.frameRate);
  const startSeconds = gridSeconds + (firstFrame * denominator) / numerator;
  const places = readingPlaces(
    startSeconds,
    track.startSeconds,
    keyframeSeconds(probed, track, startSeconds),
  );
  const clock = media.originSeconds;
  for (const { seekSeconds, fillsFront } of places) {
    const segment: PictureSegment = {
      picture,
      level,
      colour: BT709,
      gridSeconds: gridSeconds + clock,
      firstFrame,
      frameCount,
      from: { seekSeconds: seekSeconds === null ? null : seekSeconds + clock, fillsFront },
    };
    const made = await transcodeObject(pictureSegmentArguments(segment, limits), workplace);
    const stream = await readStream(made);
    const frames = framesOf(stream, numerator, denominator);
    const { value: first, done } = await frames.next();
    if (!done && first.position === 0)
      return { sampleEntry: stream.sampleEntry, frames: putBack(first, frames) };
    made.destroy();
  }
  throw damaged('The picture of this part of the file cannot be decoded.');
}

/**
 * The grid begins at the presentation's zero, but a track of constant rate that starts between two of its frames moves
 * it there: else each of its times would be rounded anew, this way and that.
 */
function phaseOf(
  { startSeconds, frameRate }: VideoTrack,
  zeroSeconds: number,
  grid: { readonly numerator: number; readonly denominator: number },
): number {
  const { numerator, denominator } = grid;
  if (!frameRate?.constant || frameRate.numerator * denominator !== numerator * frameRate.denominator)
    return 0;
  const frames = ((startSeconds - zeroSeconds) * numerator) / denominator;
  return ((frames - Math.round(frames)) * denominator) / numerator;
}

/** When the last keyframe at or before a time is shown, as the file's index tells; null where there is none at hand. */
function keyframeSeconds({ media, movie }: Probed, { index }: VideoTrack, seconds: number): number | null {
  // ffmpeg looks for keyframes itself in Matroska's index, which has the times at which they are shown.
  if (media.container === 'matroska' || media.container === 'webm') return seconds;
  const track = movie?.tracks[index];
  const table = movie && track ? tableOf(movie, track) : null;
  if (!movie || !track || table === null) return null;
  const { delaySeconds, mediaTime, isComplex } = timelineOf(movie, track);
  if (isComplex) return null;
  const ticks = (seconds - delaySeconds) * track.timescale + mediaTime;
  let best = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < table.count && (table.decodeTimes[i] ?? 0) <= ticks; i++) {
    const shown = (table.decodeTimes[i] ?? 0) + (table.compositionOffsets[i] ?? 0);
    if (table.sync[i] === 1 && shown <= ticks) best = Math.max(best, shown);
  }
  return delaySeconds + (best - mediaTime) / track.timescale;
}

async function* framesOf(
  { samples, delaySeconds, mediaTime }: StreamedTrack,
  numerator: number,
  denominator: number,
): AsyncGenerator<EncodedFrame, void, void> {
  // The empty edit is in milliseconds, and no grid is finer than 60 frames a second.
  const delay = Math.round((delaySeconds * numerator) / denominator);
  for await (const { data, decodeTime, compositionOffset, isSync } of samples) {
    const position = delay + Math.round((decodeTime + compositionOffset - mediaTime) / denominator);
    yield { data, isSync, position };
  }
}

async function* putBack<T>(first: T, rest: AsyncGenerator<T>): AsyncGenerator<T, void, void> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
