import type { Cuts } from '../model/cuts.ts';

/** Keyframes of one film differ less in size than the frames between them. */
const LARGER = 1.5;

/**
 * Estimates the bytes of the frames at cuts, a few of which were `seen`: an index tells only their places. No
 * frame counts as much larger than the largest seen one, or than all bytes up to the next cut.
 */
export function keyframeSizes(
  seen: ReadonlyMap<number, number> | undefined,
  bytesBefore: Float64Array,
): Cuts['keyframeBytes'] {
  if (seen === undefined || seen.size === 0) return () => null;
  const most = LARGER * Math.max(...seen.values());
  return (cut) =>
    seen.get(cut) ?? Math.round(Math.min(most, (bytesBefore[cut + 1] ?? 0) - (bytesBefore[cut] ?? 0)));
}
