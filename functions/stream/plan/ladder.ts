import type { Media, VideoTrack } from '../media/media.ts';
import { h264Level, highProfileCodecs } from './h264-level.ts';
import { type Picture, planPicture, usualBitrate } from './picture.ts';

export type Rung = {
  /** As it stands in addresses, such as `720p`. */
  readonly id: string;
  readonly codecs: string;
  readonly level: number;
  readonly picture: Picture;
};

/** Lengths of the short side. */
const STEPS: readonly number[] = [1080, 720, 480, 360, 240];
/** How much more than the ladder gives a copy of the same size may take, before another is made of it. */
const COPY_FACTOR = 1.5;

/**
 * The renditions that are encoded of a film, best first: never larger than it is upright. Its own size is one of them
 * where it is below the highest step, unless a copy of it, of `copyBitrate`, does as well.
 */
export function ladder(media: Media, film: VideoTrack, copyBitrate: number | null): readonly Rung[] {
  const own = Math.min(film.displayWidth, film.displayHeight);
  const steps = STEPS.filter((step) => step < own);
  const highest = STEPS[0] ?? own;
  const top = own <= highest ? rung(media, film, own, 1) : null;
  const isTopNeeded =
    top !== null && (copyBitrate === null || copyBitrate > COPY_FACTOR * top.picture.maxBitrate);
  return [...(isTopNeeded ? [top] : []), ...steps.map((step) => rung(media, film, step, step / own))];
}

function rung(media: Media, film: VideoTrack, shortSide: number, scale: number): Rung {
  const size = planPicture(media, film, scale);
  const picture: Picture = { ...size, codec: 'h264', maxBitrate: usualBitrate(size) };
  const level = h264Level(picture);
  return { id: `${shortSide}p`, codecs: highProfileCodecs(level), level, picture };
}
