import type { ContainerVideoTrack } from './container.ts';
import type { FrameRate } from './media.ts';

/** How many packets of a video are read for its frame rate. */
const SAMPLE_PACKETS = 100;
/** Frames that are shown before the last packets read may come after them. */
const REORDERED_PACKETS = 16;

export type FirstFrames = {
  /** Data of the first packet, empty if there is none. */
  readonly first: Uint8Array;
  readonly startSeconds: number;
  readonly frameRate: FrameRate | null;
};

/** Reads the first packets of a video. */
export async function readFirstFrames(track: ContainerVideoTrack): Promise<FirstFrames> {
  const times: number[] = [];
  let first: Uint8Array = new Uint8Array(0);
  for await (const packet of track.packets()) {
    if (times.length === 0) first = packet.data;
    times.push(packet.timestampSeconds);
    if (times.length === SAMPLE_PACKETS) break;
  }
  times.sort((a, b) => a - b);
  const startSeconds = times[0] ?? 0;
  if (times.length > 2 * REORDERED_PACKETS) times.length -= REORDERED_PACKETS;
  return {
    first,
    startSeconds,
    frameRate: measureFrameRate(times, track.resolutionSeconds, track.declaredFrameRate),
  };
}

/**
 * Measures the frame rate by presentation times (seconds, any order) of consecutive frames, snapped to the
 * usual ones; null for fewer than two. `resolutionSeconds` is the step to which the container rounds times.
 */
export function measureFrameRate(
  timestamps: readonly number[],
  resolutionSeconds: number,
  declared: FrameRate | null,
): FrameRate | null {
  const sorted = [...timestamps].sort((a, b) => a - b);
  const first = sorted[0];
  const last = sorted.at(-1);
  if (first === undefined || last === undefined || last <= first) return null;
  const average = (sorted.length - 1) / (last - first);
  // Each end is off by half a step at most.
  const uncertainty = Math.min(0.01, resolutionSeconds / (last - first) + 1e-6);
  const candidate =
    declared && isPlausible(declared) ? snap(rate(declared), 1e-4) : snap(average, uncertainty);
  if (candidate && keepsTime(sorted, candidate, resolutionSeconds)) return { ...candidate, constant: true };
  const measured = snap(average, uncertainty);
  if (measured && keepsTime(sorted, measured, resolutionSeconds)) return { ...measured, constant: true };
  return { ...(measured ?? fraction(average)), constant: false };
}

/** Returns a decimal rate as a fraction: the usual one within `relativeError`, otherwise null. */
export function snap(framesPerSecond: number, relativeError: number): Fraction | null {
  let best: Fraction | null = null;
  let bestError = relativeError;
  for (const usual of USUAL) {
    const error = Math.abs(rate(usual) / framesPerSecond - 1);
    if (error <= bestError) {
      best = usual;
      bestError = error;
    }
  }
  return best;
}

type Fraction = { readonly numerator: number; readonly denominator: number };

const USUAL: readonly Fraction[] = [
  ...Array.from({ length: 240 }, (_, i) => ({ numerator: i + 1, denominator: 1 })),
  ...[12, 15, 24, 30, 48, 60, 120].map((nominal) => ({ numerator: nominal * 1000, denominator: 1001 })),
  { numerator: 25, denominator: 2 },
  { numerator: 15, denominator: 2 },
];

/** Tells whether every frame lies on the grid of the rate: no gap, no jitter beyond the rounding of times. */
function keepsTime(sorted: readonly number[], candidate: Fraction, resolutionSeconds: number): boolean {
  const first = sorted[0] ?? 0;
  const tolerance = Math.min(resolutionSeconds * 1.01 + 1e-6, 0.25 / rate(candidate));
  return sorted.every((time, i) => Math.abs(time - first - i / rate(candidate)) <= tolerance);
}

function isPlausible(declared: FrameRate): boolean {
  return rate(declared) >= 1 && rate(declared) <= 240;
}

function fraction(framesPerSecond: number): Fraction {
  return { numerator: Math.max(1, Math.round(framesPerSecond * 1000)), denominator: 1000 };
}

function rate({ numerator, denominator }: Fraction): number {
  return numerator / denominator;
}

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
