/**
 * Returns the first index in `[from, to)` at which `reached` holds, otherwise `to`. Once it holds, it must hold for all
 * that follow.
 */
export function firstIndex(from: number, to: number, reached: (index: number) => boolean): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (reached(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
