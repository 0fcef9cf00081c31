import type { CachedAccess } from '../../source/cache.ts';
import { openContainer } from '../demux/mediabunny.ts';

/** Most bytes that are read for it. */
const LOOK_BYTES = 8 * 2 ** 20;

/**
 * Finds the ends of tracks that no header tells, by their last packets, in seconds; omits those not found.
 */
export async function trackEnds(
  file: CachedAccess,
  trackIndexes: readonly number[],
  signal: AbortSignal,
): Promise<Map<number, number>> {
  const ends = new Map<number, number>();
  const container = trackIndexes.length === 0 ? null : await openContainer(file, signal);
  if (container === null) return ends;
  try {
    container.limitReads(LOOK_BYTES);
    for (const { index, endSeconds } of container.tracks) {
      const end = trackIndexes.includes(index) ? await endSeconds() : null;
      if (end !== null) ends.set(index, end);
    }
  } finally {
    container.close();
  }
  return ends;
}
