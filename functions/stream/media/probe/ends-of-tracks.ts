import type { CachedAccess } from '../../source/cache.ts';
import { openContainer } from '../demux/mediabunny.ts';

/** What may be read for it. */
const LOOK_BYTES = 8 * 2 ** 20;

/** Where tracks end that no header tells of, by their last packets, in seconds; without those where that is not found. */
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
