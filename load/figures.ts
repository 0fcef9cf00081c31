import type { LoadReport } from './session.ts';

/** A shorter run has too few answers for a 99th percentile. */
const LEAST_SECONDS = 60;

const MOST_MILLISECONDS = { refusal: 100, range: 1_000, recovery: 5_000 };

/** Returns which of the three promised figures a run of this length has missed, in words. */
export function missedFigures({ summary, recoveryMilliseconds }: LoadReport, seconds: number): string[] {
  if (seconds < LEAST_SECONDS) return [];
  const { refusal, range, recovery } = MOST_MILLISECONDS;
  const figures: [what: string, milliseconds: number, most: number][] = [
    ['99 % of refusals', summary.refusedP99, refusal],
    ['99 % of ranges, to their first byte', summary.rows.range?.firstP99 ?? Number.NaN, range],
    ['a right answer of each kind after the load', recoveryMilliseconds, recovery],
  ];
  // A figure that was not measured counts as missed.
  return figures
    .filter(([, milliseconds, most]) => !(milliseconds <= most))
    .map(([what, milliseconds, most]) => `${what}: ${milliseconds} ms, and ${most} ms are promised`);
}
