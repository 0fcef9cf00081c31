import { setTimeout as delay } from 'node:timers/promises';
import { describeError } from '../base/describe-error.ts';
import { onAbort } from '../base/on-abort.ts';
import type { DeferredWork, Level, LogFields } from '../base/request-context.ts';

type Ending = {
  readonly isWhole: boolean;
  /** Of the work. */
  readonly signal: AbortSignal;
  readonly log: (level: Level, fields: LogFields) => void;
};

/** How long what was told to stop may take to clean up. */
const STOPPING_MILLISECONDS = 900;

/** Does the work that goes on after an answer, all at once. Never rejects, and waits no longer for what was stopped. */
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
