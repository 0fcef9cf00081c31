import { unlessAborted } from '../base/abort.ts';
import type { DerivedStore } from './store.ts';

export type Patience = {
  /**
   * How long a viewer waits for one answer of the store; an answer that takes half as long counts as slow.
   */
  readonly waitMilliseconds: number;
  /**
   * How long nothing is asked after a failure or when most answers are slow. It doubles with each further
   * failure, up to a minute.
   */
  readonly restMilliseconds: number;
};

/** Of a viewer whose answer can be had without the store. */
export const PATIENCE: Patience = { waitMilliseconds: 500, restMilliseconds: 1_000 };

const MOST_REST_MILLISECONDS = 60_000;
/** If most answers are slow, the store is slow; a single one may be the first of a connection. */
const LAST_ANSWERS = 5;
const MOST_SLOW_ANSWERS = 3;

/** Requests to the store that a viewer waits for. */
export type GuardedStore = {
  /** The store itself, for requests that nobody waits for. */
  readonly store: DerivedStore;
  /**
   * Returns the answer; null if the store fails, is too slow, or was so a moment ago. Rejects only with the
   * signal.
   */
  ask<T>(
    question: (store: DerivedStore, signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
  ): Promise<{ readonly answer: T } | null>;
};

/** Protects viewers from a store that fails or is slow. Create it once for a process. */
export function guardStore(
  store: DerivedStore,
  { waitMilliseconds, restMilliseconds }: Patience,
  onFailure: (error: unknown) => void,
): GuardedStore {
  let restsUntil = 0;
  let failures = 0;
  let wereSlow: readonly boolean[] = [];

  function rest(cause: unknown): void {
    restsUntil = performance.now() + Math.min(restMilliseconds * 2 ** failures, MOST_REST_MILLISECONDS);
    failures++;
    onFailure(cause);
  }

  return {
    store,
    async ask(question, signal) {
      signal.throwIfAborted();
      if (performance.now() < restsUntil) return null;
      const asked = performance.now();
      const timeout = AbortSignal.timeout(waitMilliseconds);
      try {
        const within = AbortSignal.any([signal, timeout]);
        // Not every request can be cancelled, such as one to a file system that hangs.
        const answer = await unlessAborted(question(store, within), within);
        const isSlow = performance.now() - asked > waitMilliseconds / 2;
        wereSlow = [isSlow, ...wereSlow].slice(0, LAST_ANSWERS);
        // Some answers come without a request to the store.
        const slow = wereSlow.filter(Boolean).length;
        if (slow === 0) failures = 0;
        else if (isSlow && slow >= MOST_SLOW_ANSWERS) rest(new Error('The store is slow.'));
        return { answer };
      } catch (error) {
        signal.throwIfAborted();
        rest(error);
        return null;
      }
    },
  };
}
