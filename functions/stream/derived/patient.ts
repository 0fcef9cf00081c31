import { unlessAborted } from '../source/unless-aborted.ts';
import type { DerivedStore } from './store.ts';

/** How long a viewer waits for one question to the store, and for how long nothing is asked after one that failed. */
export type Patience = { readonly waitMilliseconds: number; readonly restMilliseconds: number };

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
  return {
    async ask(question, signal) {
      signal.throwIfAborted();
      if (performance.now() < restsUntil) return null;
      const timeout = AbortSignal.timeout(waitMilliseconds);
      try {
        const within = AbortSignal.any([signal, timeout]);
        // Not every question can be called back, such as one to a file system that hangs.
        return { answer: await unlessAborted(question(store, within), within) };
      } catch (error) {
        signal.throwIfAborted();
        restsUntil = performance.now() + restMilliseconds;
        onFailure(error);
        return null;
      }
    },
  };
}
