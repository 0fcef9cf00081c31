import type { Cuts } from '../model/cuts.ts';

/** Key frames of one film differ less in size than what lies between them. */
const LARGER = 1.5;

/**
 * The bytes of the pictures at cuts, of which a few were `seen`: an index tells the places alone. No other is taken for
 * much larger than the largest of these, or for more than all that lies up to the next cut.
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
