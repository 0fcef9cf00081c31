import type { Presentation, Segment } from '../plan/presentation.ts';

/** Returns the seconds of the longest segment of all renditions; each first one counts from zero. */
export function longestSeconds({ video, audio }: Presentation): number {
  // Encoded renditions share their segments.
  const timescales = new Map<readonly Segment[], number>();
  for (const { segments, timescale } of [...video, ...audio]) timescales.set(segments, timescale);
  let longest = 0;
  for (const [segments, timescale] of timescales) {
    let ticks = segments[0]?.startTicks ?? 0;
    ticks += segments[0]?.durationTicks ?? 0;
    for (const { durationTicks } of segments) if (durationTicks > ticks) ticks = durationTicks;
    longest = Math.max(longest, ticks / timescale);
  }
  return longest;
}
