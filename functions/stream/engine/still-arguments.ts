import type { Size } from '../media/model/size.ts';
import type { FrameSource, ImageCoding } from '../plan/image-plan.ts';
import type { FfmpegArguments } from './arguments.ts';
import { imageEncoder, imageFilters, imageGraph } from './image-coding.ts';
import { inputArguments } from './input-arguments.ts';
import { type ReadFrom, readingFrom } from './segment-arguments.ts';
import { progressiveFilters, uprightFilters, type VideoEncode } from './video-filters.ts';

/** The frame that is taken: the last one that is shown at a time of the presentation, or the first decoded one. */
export type TakenFrame = { readonly shownAtSeconds: number } | 'first';

export type Still = {
  readonly video: VideoEncode;
  /** The presentation's zero, in seconds of the clock of ffmpeg's input. */
  readonly zeroSeconds: number;
  readonly taken: TakenFrame;
  readonly from: ReadFrom;
  /** True if the input was cut at a keyframe: its group may be open. */
  readonly isCut: boolean;
  /** The decoder, if not the usual one. */
  readonly decoder?: string | null;
};

/** What is done with a frame after it is upright. */
export type FrameOutput = { readonly filters: readonly string[]; readonly encoder: readonly string[] };

/** Times are milliseconds: a frame so little later is meant. */
const TOLERANCE_SECONDS = 0.0005;

/** Returns ffmpeg's arguments for one frame. */
export function stillArguments(
  { video, zeroSeconds, taken, from, isCut, decoder = null }: Still,
  limits: { readonly maxPixels: number },
  { filters, encoder }: FrameOutput,
): FfmpegArguments {
  const graph = [
    `setpts=PTS-round(${zeroSeconds.toFixed(9)}/TB)`,
    ...progressiveFilters(video),
    ...takenFilters(taken),
    ...uprightFilters(video),
    ...filters,
  ];
  return {
    input: [
      ...inputArguments(limits),
      // Frames of an open group are whole from its keyframe on, although the decoder doubts it.
      ...(isCut ? ['-flags:v', '+output_corrupt'] : []),
      ...(decoder === null ? [] : ['-c:v', decoder]),
      ...readingFrom(from),
    ],
    output: imageGraph(isCut ? 'v:0' : video.stream, graph, encoder),
  };
}

/** Returns what turns the frame of a film into an image. */
export function imageOutput(
  { video, canvas }: Pick<FrameSource, 'video' | 'canvas'>,
  coding: ImageCoding,
): FrameOutput {
  return {
    filters: [...canvasFilters(video, canvas), ...imageFilters(coding.format, video.colour, canvas)],
    encoder: imageEncoder(coding),
  };
}

function takenFilters(taken: TakenFrame): string[] {
  if (taken === 'first') return [];
  return [
    // In a container's own ticks, which may be whole frames, the end would be rounded.
    'settb=1/1000000',
    `trim=end_pts=${Math.round((taken.shownAtSeconds + TOLERANCE_SECONDS) * 1e6)}`,
    // One tick holds all frames: the last of them is passed on at the end.
    'setpts=N/TB+1/TB',
    'fps=fps=1/1000000:round=down:eof_action=pass',
  ];
}

/** Returns filters that crop scaled frames, or set them in bars. */
export function canvasFilters({ width, height }: Size, canvas: Size): string[] {
  const isCropped = canvas.width < width || canvas.height < height;
  const isPadded = canvas.width > width || canvas.height > height;
  // As in `uprightFilters`.
  const isOdd = [width, height, canvas.width, canvas.height].some((length) => length % 2 !== 0);
  return [
    ...(isOdd && (isCropped || isPadded) ? ['format=yuv444p|yuva444p'] : []),
    ...(isCropped
      ? [`crop=${Math.min(width, canvas.width)}:${Math.min(height, canvas.height)}:exact=1`]
      : []),
    ...(isPadded ? [`pad=${canvas.width}:${canvas.height}:(ow-iw)/2:(oh-ih)/2`] : []),
  ];
}
