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
  /** Its name in addresses, such as `720p`. */
  readonly id: string;
  readonly codecs: string;
  readonly level: number;
  readonly video: VideoEncode;
};

type Copy = Pick<VideoRendition, 'averageBitrate' | 'width' | 'height'>;

/** Pixels of the short side. */
const HIGHEST = 1080;
const STEPS: readonly number[] = [HIGHEST, 720, 480, 360, 240];
/** How far a copy may exceed the ladder's bitrate before a rendition of the same size is added. */
const COPY_FACTOR = 1.5;
/** The bits of H.264 for the quality of one bit of HEVC. */
const HEVC_FACTOR = 2;

/**
 * The encoded renditions of a film, best first, never larger than the upright film; its own size is one of them if it
 * lies below the highest step. Beside a copy there are only those that need less than it: a player chooses by
 * bandwidth, and would get worse video for more of it.
 */
export function ladder(film: VideoTrack, copy: Copy | null): readonly Rung[] {
  const own = Math.min(film.displayWidth, film.displayHeight);
  const top = own <= HIGHEST ? [rung(film, own, 1)] : [];
  const steps = STEPS.filter((step) => step < own).map((step) => rung(film, step, step / own));
  // Sizes are even: for an odd one, the step below it may be the same size.
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

/** The steps of a ladder within the limits; none if the lowest step is too high. */
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

/** Large, in pixels, from here on. */
const LARGE = 640 * 360;
/** The heaviest seconds of a film need less more with its size than the rest does. */
const LARGE_EXPONENT = -0.2;

/** The bitrate of a rung: the usual one, lowered for large sizes, whose segments rarely reach it, so that playlists declare what is needed. */
function ladderBitrate(video: Omit<VideoEncode, 'maxBitrate'>): number {
  const larger = Math.max(1, (video.width * video.height) / LARGE);
  return Math.max(LEAST_BITRATE, Math.round(usualBitrate(video) * larger ** LARGE_EXPONENT));
}

/** A rung with no more than what `bitrate` is at the size of the copy. */
function atMost({ id, video }: Rung, bitrate: number, copy: Copy): Rung {
  const scaled = Math.max(LEAST_BITRATE, Math.round(scaledBitrate(bitrate, copy, video)));
  return rungOf(id, { ...video, maxBitrate: Math.min(video.maxBitrate, scaled) });
}

function rungOf(id: string, video: VideoEncode): Rung {
  const level = h264Level(video);
  return { id, codecs: highProfileCodecs(level), level, video };
}
