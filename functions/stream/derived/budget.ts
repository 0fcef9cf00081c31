import { setTimeout as delay } from 'node:timers/promises';
import { unlessAborted } from '../base/abort.ts';
import { Problem } from '../base/problem.ts';
import type { DerivedStore } from './store.ts';

/** What the whole service may use in a day (UTC), counted in one record that all instances write. */
export type Budget = {
  /** Counts this invocation from now on, until the returned function is called, which never rejects. */
  begin(): () => Promise<void>;
  /**
   * Throws `budget-spent` once the day's is used up. What other instances have not written yet is not known, and a
   * store that does not answer refuses nobody.
   */
  check(signal: AbortSignal): Promise<void>;
};

export type BudgetOptions = {
  readonly mostGbSeconds: number;
  /** What an invocation of a second uses. */
  readonly memoryGigabytes: number;
  readonly onFailure: (error: unknown) => void;
  readonly now?: () => number;
};

/** How often an instance writes what it has used, and how old what it knows of the others may be. */
const EVERY_MILLISECONDS = 15_000;
const ATTEMPTS = 4;
const MOST_PAUSE_MILLISECONDS = 100;
/** A viewer does not wait longer for the record, nor does an invocation for its end. */
const READ_MILLISECONDS = 500;
const WRITE_MILLISECONDS = 2_000;
const DAY_MILLISECONDS = 86_400_000;

/** Counts GB-seconds in the derived store. Create it once for a process. */
export function createBudget(store: DerivedStore, options: BudgetOptions): Budget {
  const { mostGbSeconds, memoryGigabytes, onFailure, now = Date.now } = options;
  let day = dayOf(now());
  /** Of all instances, as far as it was read; and of this one, not written yet. */
  let known = 0;
  let pending = 0;
  let knownAt = Number.NEGATIVE_INFINITY;
  let writtenAt = Number.NEGATIVE_INFINITY;

  function turn(): void {
    const today = dayOf(now());
    if (today === day) return;
    [day, known, pending, knownAt] = [today, 0, 0, Number.NEGATIVE_INFINITY];
  }

  function learn(total: number): void {
    known = total;
    knownAt = now();
  }

  async function write(signal: AbortSignal): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const [name, adding] = [nameOf(day), pending];
      const found = await store.readRecord(name, signal);
      const total = (Number(found?.text) || 0) + adding;
      if ((await store.writeRecord(name, total.toFixed(3), found, signal)) !== null) {
        // Midnight may have come meanwhile, and with it another sum.
        if (name !== nameOf(day)) return;
        pending -= adding;
        return learn(total);
      }
      await unlessAborted(delay(Math.random() * MOST_PAUSE_MILLISECONDS), signal);
    }
    // So many others write: what is pending goes with the next time.
  }

  async function count(milliseconds: number): Promise<void> {
    turn();
    pending += (memoryGigabytes * milliseconds) / 1000;
    if (now() - writtenAt < EVERY_MILLISECONDS) return;
    writtenAt = now();
    const within = AbortSignal.timeout(WRITE_MILLISECONDS);
    await unlessAborted(write(within), within).catch(onFailure);
  }

  return {
    begin() {
      let from = performance.now();
      const tick = () => {
        const until = performance.now();
        const milliseconds = until - from;
        from = until;
        return count(milliseconds);
      };
      // Work of a quarter of an hour would otherwise be noticed when it is done.
      const timer = setInterval(tick, EVERY_MILLISECONDS).unref();
      return () => {
        clearInterval(timer);
        return tick();
      };
    },

    async check(signal) {
      turn();
      if (now() - knownAt > EVERY_MILLISECONDS) {
        const within = AbortSignal.any([signal, AbortSignal.timeout(READ_MILLISECONDS)]);
        await unlessAborted(store.readRecord(nameOf(day), within), within).then(
          (found) => learn(Number(found?.text) || 0),
          (error: unknown) => {
            knownAt = now();
            onFailure(error);
          },
        );
        signal.throwIfAborted();
      }
      if (known + pending >= mostGbSeconds) throw spent(mostGbSeconds, now());
    },
  };
}

function dayOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}

function nameOf(day: string): string {
  return `usage/${day}`;
}

function spent(mostGbSeconds: number, now: number): Problem {
  const seconds = Math.ceil((DAY_MILLISECONDS - (now % DAY_MILLISECONDS)) / 1000);
  return new Problem(
    'budget-spent',
    `The service has used its ${mostGbSeconds} GB-seconds of today (MAX_GB_SECONDS_PER_DAY): nothing new is encoded until midnight, UTC.`,
    { headers: { 'retry-after': String(seconds) } },
  );
}
