import type { ContainerVideoTrack } from '../model/container.ts';
import { readFirstFrames } from '../model/frame-rate.ts';

export type Grid = {
  readonly timescale: number;
  readonly frameTicks: number | null;
  /** Average ticks of a frame. */
  readonly averageTicks: number;
  /** Times this near to the grid lie on it. */
  readonly toleranceSeconds: number;
};

/**
 * Chooses a timescale in which one frame is a whole number of ticks, none coarser than a tenth of a
 * millisecond.
 */
export async function frameGrid(track: ContainerVideoTrack): Promise<Grid> {
  const { frameRate: rate } = await readFirstFrames(track);
  // The container rounds both the first time and each other.
  const toleranceSeconds = 1.01 * track.resolutionSeconds;
  const averageTicks = (90000 * (rate?.denominator ?? 1)) / (rate?.numerator ?? 25);
  if (!rate?.constant) return { timescale: 90000, frameTicks: null, averageTicks, toleranceSeconds };
  if (Number.isInteger(averageTicks))
    return { timescale: 90000, frameTicks: averageTicks, averageTicks, toleranceSeconds };
  const factor = Math.ceil(10000 / rate.numerator);
  const frameTicks = rate.denominator * factor;
  return { timescale: rate.numerator * factor, frameTicks, averageTicks: frameTicks, toleranceSeconds };
}

/**
 * Converts seconds from the first packet on to ticks: on the grid if they are near to it, so that rounding
 * leaves no trace.
 */
export function toTicks(seconds: number, { timescale, frameTicks, toleranceSeconds }: Grid): number {
  const exact = seconds * timescale;
  if (frameTicks === null) return Math.round(exact);
  const nearest = Math.round(exact / frameTicks) * frameTicks;
  return Math.abs(nearest - exact) <= toleranceSeconds * timescale ? nearest : Math.round(exact);
}
