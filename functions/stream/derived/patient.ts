import { unlessAborted } from '../source/unless-aborted.ts';
import type { DerivedStore } from './store.ts';

export type Patience = {
  /** How long a viewer waits for one question to the store. */
  readonly waitMilliseconds: number;
  /** For how long nothing is asked after a failure; twice as long after each further one, up to a minute. */
  readonly restMilliseconds: number;
};

const MOST_REST_MILLISECONDS = 60_000;

/** Questions that a viewer waits for. */
export type Asking = {
  /** The answer; null where the store fails, is too slow, or was so a moment ago. Rejects only with the signal. */
  ask<T>(
    question: (store: DerivedStore, signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
  ): Promise<{ readonly answer: T } | null>;
};

/** Keeps a store that fails or is slow from failing or slowing viewers. Create it once for a process. */
export function patientStore(
  store: DerivedStore,
  { waitMilliseconds, restMilliseconds }: Patience,
  onFailure: (error: unknown) => void,
): Asking {
  let restsUntil = 0;
  let failures = 0;
  return {
    async ask(question, signal) {
      signal.throwIfAborted();
      if (performance.now() < restsUntil) return null;
      const timeout = AbortSignal.timeout(waitMilliseconds);
      try {
        const within = AbortSignal.any([signal, timeout]);
        // Not every question can be called back, such as one to a file system that hangs.
        const answer = await unlessAborted(question(store, within), within);
        failures = 0;
        return { answer };
      } catch (error) {
        signal.throwIfAborted();
        const rest = Math.min(restMilliseconds * 2 ** failures, MOST_REST_MILLISECONDS);
        restsUntil = performance.now() + rest;
        failures++;
        onFailure(error);
        return null;
      }
    },
  };
}
