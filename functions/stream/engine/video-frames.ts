import { damaged } from '../base/problem.ts';
import type { StreamedTrack } from '../media/isobmff/read-stream.ts';
import type { VideoTrack } from '../media/model/media.ts';
import { filmsOf } from '../plan/plan-input.ts';
import { framePlaces } from './frame-places.ts';
import { readFromPlaces } from './read-from-places.ts';
import type { EncodedVideo, SegmentContext } from './segment-context.ts';
import { type EncodedCoding, videoSegmentArguments } from './video-segment-arguments.ts';
import { withCuts } from './with-cuts.ts';

export type EncodedFrame = {
  /** Place among the frames in display order, from 0. */
  readonly position: number;
  readonly data: Uint8Array;
  readonly isSync: boolean;
};

export type FramesPart = {
  readonly firstFrame: number;
  readonly frameCount: number;
  /** Frames of the segment that these begin, unless they are a whole one. */
  readonly segmentFrames?: number;
};

/**
 * Encodes frames `[firstFrame, firstFrame + frameCount)` of a rendition's grid; yields each in decode order
 * as soon as it is encoded. Fails as `Engine` says.
 */
export async function encodeFrames(
  rendition: EncodedVideo,
  { firstFrame, frameCount, segmentFrames = frameCount }: FramesPart,
  segmentContext: SegmentContext,
): Promise<AsyncGenerator<EncodedFrame, void, void>> {
  const track = trackOf(rendition, segmentContext);
  const context = withCuts(segmentContext, [track]) ?? segmentContext;
  const { probed, zeroSeconds, limits } = context;
  const { numerator, denominator } = rendition.source.video.frameRate;
  const coding = codingOf(rendition);
  const gridSeconds = zeroSeconds + rendition.source.phaseTicks / rendition.timescale;
  const startSeconds = gridSeconds + (firstFrame * denominator) / numerator;
  const places = await framePlaces(track, startSeconds, context);
  const grid = gridSeconds + probed.media.originSeconds;
  const stream = await readFromPlaces(places, context, (from) =>
    videoSegmentArguments({ coding, gridSeconds: grid, firstFrame, frameCount, segmentFrames, from }, limits),
  );
  return framesOf(stream, numerator, denominator);
}

export function codingOf(rendition: EncodedVideo): EncodedCoding {
  const { video, level, groupFrames = null, partOfTrack } = rendition.source;
  return { video, level, groupFrames, isPart: partOfTrack !== undefined };
}

function trackOf({ source }: EncodedVideo, { probed }: SegmentContext): VideoTrack {
  const track = filmsOf(probed.media).find(({ stream }) => stream === source.video.stream);
  if (track === undefined) throw damaged('The file has no such video track.');
  return track;
}

async function* framesOf(
  { samples, delaySeconds, mediaTime }: StreamedTrack,
  numerator: number,
  denominator: number,
): AsyncGenerator<EncodedFrame, void, void> {
  // The delay is in milliseconds, and no grid is finer than 60 frames a second.
  const delay = Math.round((delaySeconds * numerator) / denominator);
  for await (const { data, decodeTime, compositionOffset, isSync } of samples) {
    const position = delay + Math.round((decodeTime + compositionOffset - mediaTime) / denominator);
    yield { data, isSync, position };
  }
}
