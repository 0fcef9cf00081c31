import { greatestCommonDivisor } from '../media/model/common-divisor.ts';

/** Frames a second. */
type Rate = { readonly numerator: number; readonly denominator: number };

/** How an output is faster or slower than its source, at the same pitch. */
export type Speed = {
  readonly factor: number;
  /** The grid of the source's frames, of which every `step`th is shown; null without video. */
  readonly frames: { readonly grid: Rate; readonly step: number } | null;
};

const MOST_FRAMES_A_SECOND = 60;
/** Time bases of ffmpeg and MP4 have 31 bits, and are multiplied by small numbers. */
const MOST_TICKS = 1e8;
const ROUNDED_TICKS = 1e5;

/** Plans a speed of two decimals at most; null for that of the source. */
export function planSpeed(factor: number, grid: Rate | null): Speed | null {
  if (factor === 1) return null;
  return { factor, frames: grid && { grid, step: stepOf(grid, factor) } };
}

/** The rate at which frames of a grid are shown: all of them, or each second, third, … so that it is 60 at most. */
export function shownRate(grid: Rate, factor: number): Rate {
  const percent = Math.round(factor * 100);
  const numerator = grid.numerator * percent;
  const denominator = grid.denominator * 100 * stepOf(grid, factor);
  const common = greatestCommonDivisor(numerator, denominator);
  if (numerator / common <= MOST_TICKS) {
    return { numerator: numerator / common, denominator: denominator / common };
  }
  return { numerator: Math.round((numerator / denominator) * ROUNDED_TICKS), denominator: ROUNDED_TICKS };
}

function stepOf({ numerator, denominator }: Rate, factor: number): number {
  const rate = (numerator / denominator) * factor;
  return Math.max(1, Math.ceil(rate / MOST_FRAMES_A_SECOND - 1e-9));
}
