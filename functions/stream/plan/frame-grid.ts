import type { FrameRate } from '../media/media.ts';

const STANDARD_RATES = [
  { numerator: 24000, denominator: 1001 },
  { numerator: 24, denominator: 1 },
  { numerator: 25, denominator: 1 },
  { numerator: 30000, denominator: 1001 },
  { numerator: 30, denominator: 1 },
  { numerator: 50, denominator: 1 },
  { numerator: 60000, denominator: 1001 },
  { numerator: 60, denominator: 1 },
];

/**
 * The constant grid that frames are put on: the source's own where it is constant and at most 60, else the standard
 * rate that its average is within 1 % of, else 30 or 60.
 */
export function frameGrid(rate: FrameRate | null): { numerator: number; denominator: number } {
  if (rate === null) return { numerator: 30, denominator: 1 };
  const { numerator, denominator } = rate;
  const average = numerator / denominator;
  if (rate.constant && average >= 1 && average <= 60) return { numerator, denominator };
  const near = STANDARD_RATES.map((standard) => ({
    standard,
    distance: Math.abs(standard.numerator / standard.denominator / average - 1),
  })).sort((a, b) => a.distance - b.distance)[0];
  if (near !== undefined && near.distance < 0.01) return near.standard;
  return { numerator: average > 31 ? 60 : 30, denominator: 1 };
}
