import { setTimeout as delay } from 'node:timers/promises';

/** Of a worker's own record: well below what counts as lost, and often enough for a bar that moves. */
const EVERY_MILLISECONDS = 400;

/**
 * Does `work` while `renew` is called again and again, never twice at once. Where that resolves with false, the work
 * is somebody else's now and is aborted by `stop`.
 */
export async function whileRenewing<T>(
  work: () => Promise<T>,
  renew: () => Promise<boolean>,
  stop: () => void,
): Promise<T> {
  const over = new AbortController();
  const renewing = (async () => {
    while (!over.signal.aborted) {
      await delay(EVERY_MILLISECONDS, undefined, { signal: over.signal }).catch(() => {});
      if (over.signal.aborted) return;
      // A store that does not answer for a moment is asked again; whoever thinks us lost writes over it.
      const isOurs = await renew().catch(() => true);
      if (!isOurs) return stop();
    }
  })();
  try {
    return await work();
  } finally {
    over.abort();
    await renewing;
  }
}
