/** Rounds seconds to whole milliseconds: the same moment has one name, and sums no digits beyond. */
export function roundedSeconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
