import { buffer } from 'node:stream/consumers';
import type { ImageCoding } from '../plan/image-plan.ts';
import type { WantedSize } from '../plan/image-size.ts';
import { coverFilters, imageEncoder, imageGraph } from './image-coding.ts';
import { inputArguments } from './input-arguments.ts';
import { type EngineContext, transcodeObject } from './transcode-object.ts';
import { SCALER } from './video-filters.ts';

/** Encodes the cover art of a song, which ffmpeg finds in its metadata. Fails as `Engine` says. */
export async function encodeCover(
  size: WantedSize,
  coding: ImageCoding,
  context: EngineContext,
): Promise<Uint8Array> {
  const filters = [...sizeFilters(size), 'setsar=1', ...coverFilters(coding.format)];
  const args = {
    input: inputArguments(context.limits),
    output: imageGraph('v:0', filters, imageEncoder(coding)),
  };
  return buffer(await transcodeObject(args, context));
}

/** The size of cover art is known only when it is decoded. */
function sizeFilters({ width, height, fit }: WantedSize): string[] {
  const most = { width: width ?? 7680, height: height ?? 4320 };
  const within = `scale=w='min(iw,${most.width})':h='min(ih,${most.height})':force_original_aspect_ratio=decrease:${SCALER}`;
  if (width === null || height === null || fit === 'contain') return [within];
  if (fit === 'pad') return [within, `pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2`];
  const shape = `crop=w='min(iw,ih*${width}/${height})':h='min(ih,iw*${height}/${width})':exact=1`;
  return [shape, within];
}
