import { greatestCommonDivisor } from '../model/common-divisor.ts';
import { snap } from '../model/frame-rate.ts';
import type { FrameRate } from '../model/media.ts';
import type { SampleTable } from './samples.ts';

/** Returns a constant rate if 98 of 100 steps are equal, but for the clock's rounding. */
export function frameRateOf({ count, steps }: SampleTable, timescale: number): FrameRate | null {
  const span = steps.sumBefore(count - 1);
  if (count < 2 || span <= 0) return null;
  const step = span / (count - 1);
  let even = 0;
  let exact = 0;
  const usual = mostFrequent(steps.runs(count - 1));
  for (const [delta, times] of steps.runs(count - 1)) {
    if (Math.abs(delta - step) <= 1) even += times;
    if (delta === usual) exact += times;
  }
  // The last difference is often off if a recording was stopped.
  const needed = Math.floor((count - 1) * 0.98);
  if (exact >= needed || (count < 50 && exact >= count - 2))
    return { ...reduced(timescale, usual), constant: true };
  const rate = timescale / step;
  const nearest = snap(rate, 1e-3) ?? { numerator: Math.round(rate * 1000), denominator: 1000 };
  return { ...nearest, constant: even >= needed };
}

function mostFrequent(runs: Iterable<[delta: number, times: number]>): number {
  const counts = new Map<number, number>();
  for (const [delta, times] of runs) {
    counts.set(delta, (counts.get(delta) ?? 0) + times);
    if (counts.size === 10_000) break;
  }
  let best = 1;
  for (const [delta, times] of counts) if (delta > 0 && times > (counts.get(best) ?? 0)) best = delta;
  return best;
}

function reduced(numerator: number, denominator: number): { numerator: number; denominator: number } {
  const divisor = greatestCommonDivisor(numerator, denominator);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}
