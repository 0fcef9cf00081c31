import type { FrameSource } from '../plan/image-plan.ts';
import { encodeStill, type StillContext } from './still.ts';
import type { FrameOutput } from './still-arguments.ts';

const ACROSS = 32;
const DOWN = 18;

/** The frame as a few grey values of one byte each. */
const GREY: FrameOutput = {
  filters: [`scale=${ACROSS}:${DOWN}:flags=area`, 'format=gray'],
  encoder: ['-frames:v', '1', '-f', 'rawvideo'],
};

const DARKEST = 24;
const BRIGHTEST = 232;
const LEAST_DEVIATION = 12;

/**
 * Returns the time of the first keyframe among `candidates` that is neither black nor white nor flat, or else
 * of the liveliest.
 */
export async function chooseFrame(
  source: Pick<FrameSource, 'trackIndex' | 'video'>,
  candidates: readonly number[],
  context: StillContext,
): Promise<number> {
  let best = { seconds: candidates[0] ?? 0, deviation: -1 };
  for (const seconds of candidates) {
    const { mean, deviation } = spreadOf(
      await encodeStill({ ...source, seconds, isNear: true }, GREY, context),
    );
    if (mean > DARKEST && mean < BRIGHTEST && deviation > LEAST_DEVIATION) return seconds;
    if (deviation > best.deviation) best = { seconds, deviation };
  }
  return best.seconds;
}

/** Returns the mean of grey values, and their standard deviation. */
export function spreadOf(values: Uint8Array): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / values.length) };
}
