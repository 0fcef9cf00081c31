import { buffer } from 'node:stream/consumers';
import type { FrameSource, ImageCoding, Motion } from '../plan/image-plan.ts';
import { earliestStart } from '../plan/plan-input.ts';
import { alphaDecoder } from './alpha-decoder.ts';
import { framePlaces } from './frame-places.ts';
import { imageFilters, imageGraph, motionEncoder } from './image-coding.ts';
import { inputArguments } from './input-arguments.ts';
import { tryPlaces } from './read-from-places.ts';
import { BEGINNING } from './reading-places.ts';
import { readingFrom } from './segment-arguments.ts';
import { type StillContext, videoTrackOf } from './still.ts';
import { canvasFilters } from './still-arguments.ts';
import { transcodeObject } from './transcode-object.ts';
import { progressiveFilters, uprightFilters } from './video-filters.ts';

/** Encodes a part of a film as a moving image, from the frame that is shown at `seconds` on. Fails as `Engine` says. */
export async function encodeMotion(
  { trackIndex, video, canvas, seconds }: FrameSource & { readonly seconds: number },
  { durationSeconds, fps }: Motion,
  coding: ImageCoding,
  context: StillContext,
): Promise<Uint8Array> {
  const { media } = context.probed;
  const track = videoTrackOf(media, trackIndex);
  const zeroSeconds = earliestStart(media);
  const decoder = await alphaDecoder(track, context);
  const places = await framePlaces(track, zeroSeconds + seconds, context);
  const start = zeroSeconds + media.originSeconds + seconds;
  const graph = [
    `setpts=PTS-round(${start.toFixed(9)}/TB)`,
    ...progressiveFilters(video),
    // Times are rounded up, so that each moment has the last frame before it.
    `fps=fps=${fps}:round=up`,
    `trim=start_pts=0:end_pts=${Math.max(1, Math.round(durationSeconds * fps))}`,
    ...uprightFilters(video),
    ...canvasFilters(video, canvas),
    ...imageFilters(coding.format, video.colour, canvas),
  ];
  return tryPlaces([...places, BEGINNING], context, async (from, placed) => {
    const input = [...(decoder === null ? [] : ['-c:v', decoder]), ...readingFrom(from)];
    const output = imageGraph(video.stream, graph, motionEncoder(coding));
    const args = { input: [...inputArguments(context.limits), ...input], output };
    return buffer(await transcodeObject(args, placed));
  });
}
