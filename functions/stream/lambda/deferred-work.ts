import { setTimeout as delay } from 'node:timers/promises';
import { onAbort } from '../base/abort.ts';
import { describeError } from '../base/describe-error.ts';
import type { DeferredWork, Level, LogFields } from '../base/request-context.ts';

type Ending = {
  readonly isWhole: boolean;
  /** The signal of the work. */
  readonly signal: AbortSignal;
  readonly log: (level: Level, fields: LogFields) => void;
};

/** How long aborted work may take to clean up. */
const STOPPING_MILLISECONDS = 900;

/**
 * Runs the work that goes on after an answer, all of it at once. Never rejects, and does not wait for aborted
 * work for longer than the limit.
 */
export async function finishDeferred(
  work: readonly DeferredWork[],
  { isWhole, signal, log }: Ending,
): Promise<void> {
  if (work.length === 0) return;
  const done = Promise.all(
    work.map(async (one) => {
      try {
        const fields = await one(isWhole);
        if (fields !== null) log('info', fields);
      } catch (error) {
        log('error', { failed: describeError(error) });
      }
    }),
  );
  const over = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    onAbort(signal, () => {
      delay(STOPPING_MILLISECONDS, undefined, { signal: over.signal }).then(resolve, resolve);
    });
  });
  await Promise.race([done, stopped]);
  over.abort();
}
