const shifted = new WeakMap<Float64Array, { readonly ticks: number; readonly times: Float64Array }>();

/** `times`, each later by `ticks`; made once, as the zero of a file that is not replaced is always the same. */
export function shiftedTimes(times: Float64Array, ticks: number): Float64Array {
  const known = shifted.get(times);
  if (known?.ticks === ticks) return known.times;
  const made = times.map((time) => time + ticks);
  shifted.set(times, { ticks, times: made });
  return made;
}
