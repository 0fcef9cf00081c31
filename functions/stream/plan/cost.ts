import type { PredictedCost } from './object-info.ts';
import type { Prediction } from './predict.ts';

/** As Lambda streams: the first bytes as fast as they come, the rest at a steady pace. */
const FAST_BYTES = 6_000_000;
const BYTES_PER_SECOND = 2_000_000;

/**
 * A prediction with its cost, in the unit that Lambda bills: the function runs as long as it works or as long as its
 * answer takes on the way, whichever is longer. `memoryMegabytes` is null where the function does not know its memory.
 */
export function withCost({ seconds, bytes }: Prediction, memoryMegabytes: number | null): PredictedCost {
  if (seconds === null || bytes === null || memoryMegabytes === null) {
    return { seconds, bytes, gigabyteSeconds: null };
  }
  const sending = Math.max(0, bytes - FAST_BYTES) / BYTES_PER_SECOND;
  const gigabyteSeconds = (Math.max(seconds, sending) * memoryMegabytes) / 1024;
  return { seconds, bytes, gigabyteSeconds: Math.round(gigabyteSeconds * 1000) / 1000 };
}

/** As `withCost`, for work whose result is stored: no connection holds it up. */
export function withWorkCost({ seconds, bytes }: Prediction, memoryMegabytes: number | null): PredictedCost {
  const isKnown = seconds !== null && memoryMegabytes !== null;
  const gigabyteSeconds = isKnown ? Math.round((seconds * memoryMegabytes * 1000) / 1024) / 1000 : null;
  return { seconds, bytes, gigabyteSeconds };
}
