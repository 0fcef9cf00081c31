import type { Presentation, Segment } from '../plan/presentation.ts';

/** Returns the seconds of the longest segment of all renditions; each first one counts from where all begin. */
export function longestSeconds({ video, audio, clip }: Presentation): number {
  // Encoded renditions share their segments.
  const timescales = new Map<readonly Segment[], number>();
  for (const { segments, timescale } of [...video, ...audio]) timescales.set(segments, timescale);
  let longest = 0;
  for (const [segments, timescale] of timescales) {
    const { startTicks = 0, durationTicks: first = 0 } = segments[0] ?? {};
    let ticks = startTicks + first - (clip?.startSeconds ?? 0) * timescale;
    for (const { durationTicks } of segments) if (durationTicks > ticks) ticks = durationTicks;
    longest = Math.max(longest, ticks / timescale);
  }
  return longest;
}
