import type { VideoRendition } from '../plan/presentation.ts';

/** Renditions between which a player may switch at any segment, best first. */
export type SwitchingSet = {
  readonly renditions: readonly [VideoRendition, ...VideoRendition[]];
  /** True if segments of all renditions meet at exactly the same times, not only within half a frame. */
  readonly isAligned: boolean;
};

/** Groups renditions by codec, with one more set for a copy whose segments meet elsewhere. */
export function switchingSets(video: readonly VideoRendition[]): readonly SwitchingSet[] {
  const sets: [VideoRendition, ...VideoRendition[]][] = [];
  for (const rendition of video) {
    const set = sets.find(([first]) => areAlike(first, rendition));
    if (set) set.push(rendition);
    else sets.push([rendition]);
  }
  return sets.map((renditions) => ({ renditions, isAligned: areAligned(renditions) }));
}

function areAlike(one: VideoRendition, other: VideoRendition): boolean {
  return codecOf(one) === codecOf(other) && distance(one, other) <= frameSeconds(one, other) / 2;
}

const codecOf = ({ codecs }: VideoRendition) => codecs.slice(0, 3);

function areAligned([first, ...others]: SwitchingSet['renditions']): boolean {
  return others.every((other) => distance(first, other) < 1e-6);
}

/** Returns the longer frame duration, since a little tolerance does no harm. */
function frameSeconds(...renditions: readonly VideoRendition[]): number {
  return Math.max(
    ...renditions.map(({ frameRate }) => (frameRate ? frameRate.denominator / frameRate.numerator : 0)),
  );
}

/**
 * Returns how far apart segments of the same number meet at most, in seconds; the ends of the film do not
 * count.
 */
function distance(one: VideoRendition, other: VideoRendition): number {
  if (one.segments === other.segments) return 0;
  if (one.segments.length !== other.segments.length) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 1; i < one.segments.length; i++) {
    most = Math.max(most, Math.abs(startSeconds(one, i) - startSeconds(other, i)));
  }
  return most;
}

function startSeconds({ segments, timescale }: VideoRendition, index: number): number {
  return (segments[index]?.startTicks ?? 0) / timescale;
}
