import { PART_SETS } from '../media/codecs/avc-record.ts';
import { BUFFER_SECONDS, segmentCeiling } from '../plan/bitrates.ts';
import type { FfmpegArguments } from './arguments.ts';
import { colourArguments } from './colour-arguments.ts';
import { h264Arguments } from './h264.ts';
import { inputArguments } from './input-arguments.ts';
import { type ReadFrom, readingFrom, unbuffered } from './segment-arguments.ts';
import { burnFilters, gridFilters, type VideoEncode, videoFilters } from './video-filters.ts';

/** Everything that determines the video's coding. */
export type EncodedCoding = {
  readonly video: VideoEncode;
  /** H.264 level times ten. */
  readonly level: number;
  /** Frames in each group of pictures of a long stretch; null for a segment, which is one group. */
  readonly groupFrames: number | null;
  /** True for a part of a copy: it has parameter sets of its own, and frames in the order in which they are shown. */
  readonly isPart: boolean;
};

export type VideoSegment = {
  readonly coding: EncodedCoding;
  /** Start of the grid, in seconds of the file's own clock. */
  readonly gridSeconds: number;
  /** First frame, counted from the grid's beginning. */
  readonly firstFrame: number;
  readonly frameCount: number;
  /** Frames of the segment that these frames are, or begin. */
  readonly segmentFrames: number;
  readonly from: ReadFrom;
};

/** How far x264 decodes ahead of display, in frames: B-frames that B-frames refer to. */
export const REORDER_FRAMES = 2;

/**
 * Returns ffmpeg's arguments for frames `[firstFrame, firstFrame + frameCount)`, as a group of pictures of
 * their own, one fragment a frame. Times of the output count from the first of them.
 */
export function videoSegmentArguments(
  { coding, gridSeconds, firstFrame, frameCount, segmentFrames, from }: VideoSegment,
  limits: { readonly maxPixels: number },
): FfmpegArguments {
  const { video } = coding;
  const filters = [
    `setpts=PTS-round(${gridSeconds.toFixed(9)}/TB)`,
    ...gridFilters(video, from),
    // Copies follow the last frame. `trim` by its own ticks is exact: one tick is a frame.
    'tpad=stop=-1:stop_mode=clone',
    `trim=start_pts=${firstFrame}:end_pts=${firstFrame + frameCount}`,
    `setpts=PTS-${firstFrame}`,
    ...videoFilters(video),
    ...burnFilters(video, firstFrame),
  ];
  return {
    ...(video.burnt && { burnt: video.burnt.text }),
    input: [...inputArguments(limits), ...readingFrom(from)],
    output: [
      ...['-filter_complex', `[0:${video.stream}]${filters.join(',')}[video]`, '-map', '[video]'],
      ...encoderArguments(coding, segmentFrames),
    ],
  };
}

/**
 * Returns ffmpeg's arguments for one black frame in the same coding, without a source, and the input that
 * replaces its address.
 */
export function blackFrameArguments(coding: EncodedCoding): { url: string; args: FfmpegArguments } {
  const { width, height, frameRate } = coding.video;
  const rate = `${frameRate.numerator}/${frameRate.denominator}`;
  return {
    url: `color=c=black:s=${width}x${height}:r=${rate}`,
    args: {
      input: ['-nostdin', '-hide_banner', '-loglevel', 'warning', '-f', 'lavfi'],
      output: [
        '-frames:v',
        '1',
        '-vf',
        'setsar=1,format=yuv420p',
        ...encoderArguments(coding, frameRate.numerator),
      ],
    },
  };
}

function encoderArguments(coding: EncodedCoding, segmentFrames: number): string[] {
  const { video, level, groupFrames, isPart } = coding;
  const { frameRate } = video;
  const group = String(groupFrames ?? GROUP);
  return [
    ...['-vsync', 'passthrough', ...rateArguments(coding, segmentFrames)],
    ...['-level:v', (level / 10).toFixed(1), '-bf', isPart ? '0' : '3', '-g', group, '-keyint_min', group],
    // With more threads x264's output under a tight ceiling differs from run to run. Decoding has threads of
    // its own.
    ...(groupFrames === null ? ['-threads', '1'] : []),
    ...colourArguments(video.colour.encoded),
    ...['-video_track_timescale', String(frameRate.numerator)],
    ...unbuffered('+bitexact+cgop'),
  ];
}

/**
 * Better than the quality of a single pass: playlists declare the rendition's ceiling, and the heaviest
 * segments of ordinary films should need nearly that.
 */
const SEGMENT_QUALITY = 19;

function rateArguments({ video, groupFrames, isPart }: EncodedCoding, segmentFrames: number): string[] {
  const { maxBitrate, frameRate } = video;
  if (groupFrames !== null) return h264Arguments(maxBitrate, 1);
  const seconds = (segmentFrames * frameRate.denominator) / frameRate.numerator;
  const ceiling = segmentCeiling(maxBitrate, seconds, segmentFrames);
  return [
    ...h264Arguments(ceiling, BUFFER_SECONDS, {
      quality: SEGMENT_QUALITY,
      parameterSets: isPart ? PART_SETS : 0,
    }),
    ...['-rc_init_occupancy:v', String(Math.round(ceiling * BUFFER_SECONDS))],
  ];
}

/** Longer than any segment. */
const GROUP = 100_000;
