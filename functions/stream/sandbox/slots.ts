import { onAbort } from '../base/abort.ts';
import { excessOf, type Limits } from '../base/limits.ts';
import { busy } from '../base/problem.ts';

/** Limits how many ffmpegs (and ffprobes) run in this process at once. */
export type Slots = {
  /**
   * Resolves with a function that frees the slot, which may be called more than once. Rejects with `busy` if
   * none becomes free in time, and with the signal's reason.
   */
  take(signal: AbortSignal): Promise<() => void>;
};

/** Time for the previous process to end. */
const WAIT_MILLISECONDS = 4_000;

export function createSlots(
  limits: Pick<Limits, 'maxFfmpegs'>,
  { waitMilliseconds = WAIT_MILLISECONDS } = {},
): Slots {
  const waiting = new Set<() => void>();
  let running = 0;

  function give(): () => void {
    running++;
    let isGiven = true;
    return () => {
      if (!isGiven) return;
      isGiven = false;
      running--;
      const [next] = waiting;
      next?.();
    };
  }

  return {
    async take(signal) {
      signal.throwIfAborted();
      if (running < limits.maxFfmpegs) return give();
      return new Promise((resolve, reject) => {
        const leave = () => {
          waiting.delete(enter);
          clearTimeout(timer);
          release();
        };
        const enter = () => {
          leave();
          resolve(give());
        };
        const timer = setTimeout(() => {
          leave();
          reject(busy(excessOf('maxFfmpegs', running + 1, limits) ?? 'No ffmpeg may be started'));
        }, waitMilliseconds);
        const release = onAbort(signal, () => {
          leave();
          reject(signal.reason);
        });
        waiting.add(enter);
      });
    },
  };
}
