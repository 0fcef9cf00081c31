import type { FrameRate } from '../media/model/media.ts';

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

/** Frames a second. */
type Grid = { readonly numerator: number; readonly denominator: number };

/**
 * The constant grid that frames are put on: the source's own where it is constant and at most 60, else the standard
 * rate that its average is within 1 % of, else 30 or 60.
 */
export function frameGrid(rate: FrameRate | null): Grid {
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

/** A constant grid in ticks from the presentation's zero: its first frame is shown from there, whatever the phase. */
export type FrameTicks = { readonly frameTicks: number; readonly phaseTicks: number };

/** A start that is nearer to the grid lies on it, in frames: what sums of fractions lose is less. */
const ON_GRID_FRAMES = 0.001;

/**
 * How far behind the presentation's zero the grid lies: less than a frame, in seconds. A track of constant rate that
 * starts between two frames moves the grid to itself, or else each of its times would be rounded anew, this way and
 * that. Never before zero: Media Source Extensions drop a keyframe there, and all that hangs on it.
 */
export function gridPhaseSeconds(
  rate: FrameRate | null,
  startSeconds: number,
  { numerator, denominator }: Grid,
): number {
  const isSame = rate?.constant && rate.numerator * denominator === numerator * rate.denominator;
  if (!isSame) return 0;
  const frames = (startSeconds * numerator) / denominator;
  return (Math.max(0, frames - Math.floor(frames + ON_GRID_FRAMES)) * denominator) / numerator;
}

/** The same to the nearest point of a grid that begins at the presentation's zero: before it where that is less. */
export function nearestPhaseSeconds(rate: FrameRate | null, startSeconds: number, grid: Grid): number {
  const phase = gridPhaseSeconds(rate, startSeconds, grid);
  const frame = grid.denominator / grid.numerator;
  return phase > frame / 2 - 1e-6 ? phase - frame : phase;
}

/** When a frame is shown, in ticks: the first at 0, where it stands in for what the grid is late. */
export function frameTime(frame: number, { frameTicks, phaseTicks }: FrameTicks): number {
  return frame <= 0 ? 0 : frame * frameTicks + phaseTicks;
}

/** The frame that is shown from `ticks` on. */
export function frameAt(ticks: number, { frameTicks, phaseTicks }: FrameTicks): number {
  return ticks <= 0 ? 0 : Math.round((ticks - phaseTicks) / frameTicks);
}
