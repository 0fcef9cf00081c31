import type { Limits } from '../base/limits.ts';
import type { VideoTrack } from '../media/model/media.ts';
import { h264Level, highProfileCodecs } from './h264-level.ts';
import { LEAST_BITRATE, type Picture, planPicture, scaledBitrate, usualBitrate } from './picture.ts';
import type { VideoRendition } from './presentation.ts';

export type Rung = {
  /** As it stands in addresses, such as `720p`. */
  readonly id: string;
  readonly codecs: string;
  readonly level: number;
  readonly picture: Picture;
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
    ...top.filter(({ picture }) => averageBitrate > COPY_FACTOR * usualBitrate(picture)),
    ...smaller.map((each) => atMost(each, averageBitrate, copy)),
  ].filter(({ picture }) => picture.maxBitrate < averageBitrate);
}

/** What of a ladder may be made; none where the lowest step is too high. */
export function withinLimits(
  rungs: readonly Rung[],
  { maxOutputHeight, maxOutputBitrate }: Limits,
): readonly Rung[] {
  return rungs
    .filter(({ picture }) => picture.height <= maxOutputHeight)
    .map(({ id, picture }) =>
      rungOf(id, { ...picture, maxBitrate: Math.min(picture.maxBitrate, maxOutputBitrate) }),
    );
}

function isSameSize({ picture: one }: Rung, { picture: other }: Rung): boolean {
  return one.width === other.width && one.height === other.height;
}

function rung(film: VideoTrack, shortSide: number, scale: number): Rung {
  const size = planPicture(film, scale, 'h264');
  return rungOf(`${shortSide}p`, { ...size, maxBitrate: ladderBitrate(size) });
}

/** From here on, pixels. */
const LARGE = 640 * 360;
/** So that the ceiling is reached: what the heaviest seconds of a film need rises less with its size than the rest. */
const LARGE_EXPONENT = -0.2;

/** What is usual is a bound for one pass. What a playlist says is to be what is needed: less, where that is rarely met. */
function ladderBitrate(picture: Omit<Picture, 'maxBitrate'>): number {
  const larger = Math.max(1, (picture.width * picture.height) / LARGE);
  return Math.max(LEAST_BITRATE, Math.round(usualBitrate(picture) * larger ** LARGE_EXPONENT));
}

/** With no more than `bitrate` is at the size of the copy. */
function atMost({ id, picture }: Rung, bitrate: number, copy: Copy): Rung {
  const scaled = Math.max(LEAST_BITRATE, Math.round(scaledBitrate(bitrate, copy, picture)));
  return rungOf(id, { ...picture, maxBitrate: Math.min(picture.maxBitrate, scaled) });
}

function rungOf(id: string, picture: Picture): Rung {
  const level = h264Level(picture);
  return { id, codecs: highProfileCodecs(level), level, picture };
}
