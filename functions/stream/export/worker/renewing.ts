import { setTimeout as delay } from 'node:timers/promises';
import { GIVEN_UP } from './stop-reasons.ts';
import type { WorkerContext } from './worker.ts';

/**
 * How often a worker renews its record: well before it counts as lost, and often enough for a moving progress
 * bar.
 */
const EVERY_MILLISECONDS = 400;
/** The time for checking who owns the work when it fails. */
const LAST_MILLISECONDS = 1_000;

export type Renewing = {
  /** The signal of the work. */
  readonly signal: AbortSignal;
  /** Resolves with false if another worker has the work now. */
  renew(signal: AbortSignal): Promise<boolean>;
  /** Aborts the work. */
  stop(): void;
};

/**
 * Runs `work` and renews it regularly, never twice at once, and once more if it fails. Rejects with
 * `GIVEN_UP` if another worker has the work.
 */
export async function whileRenewing<T>(
  work: () => Promise<T>,
  { signal, renew, stop }: Renewing,
): Promise<T> {
  // A store that does not answer for a moment is asked again; a client that thinks us lost overwrites the
  // record.
  const isOurs = (within: AbortSignal) => renew(within).catch(() => true);
  const over = new AbortController();
  const renewing = (async () => {
    while (!over.signal.aborted) {
      await delay(EVERY_MILLISECONDS, undefined, { signal: over.signal }).catch(() => {});
      if (over.signal.aborted) return;
      if (!(await isOurs(signal))) return stop();
    }
  })();
  try {
    return await work();
  } catch (error) {
    over.abort();
    await renewing;
    // The time of the work may be up.
    if (await isOurs(AbortSignal.timeout(LAST_MILLISECONDS))) throw error;
    stop();
    throw GIVEN_UP;
  } finally {
    over.abort();
    await renewing;
  }
}

/** Runs `work` while attempt `attempt` at the whole export is renewed. */
export function whileHolding<T>(
  { work: { generation }, jobs, signal, giveUp }: WorkerContext,
  attempt: number,
  work: () => Promise<T>,
): Promise<T> {
  const renew = async (within: AbortSignal) =>
    (await jobs.change({ generation, attempt }, { kind: 'renewed' }, within)) !== null;
  return whileRenewing(work, { signal, renew, stop: giveUp });
}
