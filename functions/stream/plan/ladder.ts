import type { Limits } from '../base/limits.ts';
import type { VideoTrack } from '../media/model/media.ts';
import { h264Level, highProfileCodecs } from './h264-level.ts';
import type { VideoRendition } from './presentation.ts';
import {
  LEAST_BITRATE,
  planVideoEncode,
  scaledBitrate,
  usualBitrate,
  type VideoEncode,
} from './video-encode.ts';

export type Rung = {
  /** As it stands in addresses, such as `720p`. */
  readonly id: string;
  readonly codecs: string;
  readonly level: number;
  readonly video: VideoEncode;
};

type Copy = Pick<VideoRendition, 'averageBitrate' | 'width' | 'height'>;

/** Lengths of the short side. */
const HIGHEST = 1080;
const STEPS: readonly number[] = [HIGHEST, 720, 480, 360, 240];
/** How much more than the ladder gives a copy of the same size may take, before another is made of it. */
const COPY_FACTOR = 1.5;
/** What H.264 takes for a picture that HEVC has in one. */
const HEVC_FACTOR = 2;

/**
 * The renditions that are encoded of a film, best first, never larger than it is upright; its own size is one where it
 * lies below the highest step. Beside a copy there are those alone that take less than it: a player would choose by
 * bandwidth, and get a worse picture for more of it.
 */
export function ladder(film: VideoTrack, copy: Copy | null): readonly Rung[] {
  const own = Math.min(film.displayWidth, film.displayHeight);
  const top = own <= HIGHEST ? [rung(film, own, 1)] : [];
  const steps = STEPS.filter((step) => step < own).map((step) => rung(film, step, step / own));
  // Sizes are made even: of an odd one, the step below it may be the same picture.
  const smaller = steps.filter((step) => !top.some((each) => isSameSize(each, step)));
  if (copy === null) return [...top, ...smaller];
  const { averageBitrate } = copy;
  if (film.codec === 'hevc') {
    return [...top, ...smaller].map((each) => atMost(each, HEVC_FACTOR * averageBitrate, copy));
  }
  return [
    ...top.filter(({ video }) => averageBitrate > COPY_FACTOR * usualBitrate(video)),
    ...smaller.map((each) => atMost(each, averageBitrate, copy)),
  ].filter(({ video }) => video.maxBitrate < averageBitrate);
}

/** What of a ladder may be made; none where the lowest step is too high. */
export function withinLimits(
  rungs: readonly Rung[],
  { maxOutputHeight, maxOutputBitrate }: Limits,
): readonly Rung[] {
  return rungs
    .filter(({ video }) => video.height <= maxOutputHeight)
    .map(({ id, video }) =>
      rungOf(id, { ...video, maxBitrate: Math.min(video.maxBitrate, maxOutputBitrate) }),
    );
}

function isSameSize({ video: one }: Rung, { video: other }: Rung): boolean {
  return one.width === other.width && one.height === other.height;
}

function rung(film: VideoTrack, shortSide: number, scale: number): Rung {
  const size = planVideoEncode(film, scale, 'h264');
  return rungOf(`${shortSide}p`, { ...size, maxBitrate: ladderBitrate(size) });
}

/** From here on, pixels. */
const LARGE = 640 * 360;
/** So that the ceiling is reached: what the heaviest seconds of a film need rises less with its size than the rest. */
const LARGE_EXPONENT = -0.2;

/** What is usual is a bound for one pass. What a playlist says is to be what is needed: less, where that is rarely met. */
function ladderBitrate(video: Omit<VideoEncode, 'maxBitrate'>): number {
  const larger = Math.max(1, (video.width * video.height) / LARGE);
  return Math.max(LEAST_BITRATE, Math.round(usualBitrate(video) * larger ** LARGE_EXPONENT));
}

/** With no more than `bitrate` is at the size of the copy. */
function atMost({ id, video }: Rung, bitrate: number, copy: Copy): Rung {
  const scaled = Math.max(LEAST_BITRATE, Math.round(scaledBitrate(bitrate, copy, video)));
  return rungOf(id, { ...video, maxBitrate: Math.min(video.maxBitrate, scaled) });
}

function rungOf(id: string, video: VideoEncode): Rung {
  const level = h264Level(video);
  return { id, codecs: highProfileCodecs(level), level, video };
}
