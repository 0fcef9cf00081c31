import { setTimeout as delay } from 'node:timers/promises';
import { GIVEN_UP } from './stop-reasons.ts';
import type { WorkerContext } from './worker.ts';

/** Of a worker's own record: well below what counts as lost, and often enough for a bar that moves. */
const EVERY_MILLISECONDS = 400;
/** For the question to whom the work belongs as it fails. */
const LAST_MILLISECONDS = 1_000;

export type Renewing = {
  /** Of the work. */
  readonly signal: AbortSignal;
  /** Resolves with false where the work is somebody else's now. */
  renew(signal: AbortSignal): Promise<boolean>;
  /** Then it is aborted. */
  stop(): void;
};

/**
 * Does `work` while it is renewed again and again, never twice at once, and once more where it fails: what has become
 * somebody else's rejects with `GIVEN_UP`.
 */
export async function whileRenewing<T>(
  work: () => Promise<T>,
  { signal, renew, stop }: Renewing,
): Promise<T> {
  // A store that does not answer for a moment is asked again; whoever thinks us lost writes over it.
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
    // The time of the work may be over.
    if (await isOurs(AbortSignal.timeout(LAST_MILLISECONDS))) throw error;
    stop();
    throw GIVEN_UP;
  } finally {
    over.abort();
    await renewing;
  }
}

/** Does `work` while it is told that who has taken attempt `attempt` at the whole export is alive. */
export function whileHolding<T>(
  { work: { generation }, jobs, preparing: { signal }, giveUp }: WorkerContext,
  attempt: number,
  work: () => Promise<T>,
): Promise<T> {
  const renew = async (within: AbortSignal) =>
    (await jobs.change({ generation, attempt }, { kind: 'renewed' }, within)) !== null;
  return whileRenewing(work, { signal, renew, stop: giveUp });
}
