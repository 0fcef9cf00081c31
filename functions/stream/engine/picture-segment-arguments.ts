import type { VideoOutput } from '../plan/output.ts';
import { confinedInput, type FfmpegArguments } from './arguments.ts';
import type { ColourTags } from './colour-tags.ts';
import { h264Arguments } from './h264.ts';
import { gridFilters, pictureFilters } from './picture-filters.ts';
import { madeAsItComes, type ReadFrom, readingFrom } from './segment-arguments.ts';

export type PictureSegment = {
  readonly picture: Extract<VideoOutput, { kind: 'encode' }>;
  /** H.264 level times ten. */
  readonly level: number;
  readonly colour: ColourTags;
  /** Where the grid begins, in seconds of the file's own clock. */
  readonly gridSeconds: number;
  /** Frames of the grid, from its beginning. */
  readonly firstFrame: number;
  readonly frameCount: number;
  readonly from: ReadFrom;
};

/** What x264 is ahead of the picture that is shown, in frames: the pyramid of B-frames below. */
export const REORDER_FRAMES = 2;
/** The ceiling of the bitrate holds over so long a stretch. */
export const VBV_SECONDS = 0.5;

/**
 * ffmpeg's arguments for frames `[firstFrame, firstFrame + frameCount)`, as a group of pictures of their own, one
 * fragment a frame. Times of the output count from the first of them.
 */
export function pictureSegmentArguments(
  segment: PictureSegment,
  limits: { readonly maxPixels: number },
): FfmpegArguments {
  const { picture, level, colour, firstFrame, frameCount, from } = segment;
  const { frameRate, maxBitrate, stream } = picture;
  const filters = [
    `setpts=PTS-round(${segment.gridSeconds.toFixed(9)}/TB)`,
    ...gridFilters(picture, from),
    // Behind the last picture are copies of it. `trim` by its own ticks is exact: one is a frame.
    'tpad=stop=-1:stop_mode=clone',
    `trim=start_pts=${firstFrame}:end_pts=${firstFrame + frameCount}`,
    `setpts=PTS-${firstFrame}`,
    ...pictureFilters(picture),
  ];
  return {
    input: [...confinedInput(limits), ...readingFrom(from)],
    output: [
      ...['-filter_complex', `[0:V:${stream}]${filters.join(',')}[picture]`, '-map', '[picture]'],
      ...['-vsync', 'passthrough', ...h264Arguments(maxBitrate, VBV_SECONDS)],
      ...['-level:v', (level / 10).toFixed(1), '-bf', '3', '-g', String(GROUP), '-keyint_min', String(GROUP)],
      // The number of threads is part of what x264 makes.
      ...['-threads', '4', '-colorspace', colour.matrix, '-color_primaries', colour.primaries],
      ...['-color_trc', colour.transfer, '-color_range', 'tv'],
      ...['-video_track_timescale', String(frameRate.numerator)],
      ...madeAsItComes('+bitexact+cgop'),
    ],
  };
}

/** Longer than any segment. */
const GROUP = 100_000;
