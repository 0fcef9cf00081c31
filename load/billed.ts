import * as v from 'valibot';
import { PRICES } from '../functions/stream/base/prices.ts';
import type { LogLine } from '../local/instance.ts';

/** What Lambda would bill for of the requests of one kind of clients. */
export type BilledKind = {
  readonly requests: number;
  readonly gigabyteSeconds: number;
  /** Of the dearest one. */
  readonly most: number;
};

export type Billed = {
  /** Counts a line of the log, if it is that of a request whose client has a session (CMCD `sid`). */
  add(line: LogLine): void;
  kinds(): Readonly<Record<string, BilledKind>>;
};

/** Sums requests by the session that their clients report. */
export function createBilled(memoryMegabytes: number): Billed {
  const kinds = new Map<string, BilledKind>();
  return {
    add({ source, text }) {
      if (source !== 'stdout') return;
      const line = v.safeParse(LINE, text);
      if (!line.success) return;
      const { milliseconds, cmcd } = line.output;
      const gigabyteSeconds = (milliseconds / 1_000) * (memoryMegabytes / 1_024);
      const before = kinds.get(cmcd.sid) ?? { requests: 0, gigabyteSeconds: 0, most: 0 };
      kinds.set(cmcd.sid, {
        requests: before.requests + 1,
        gigabyteSeconds: before.gigabyteSeconds + gigabyteSeconds,
        most: Math.max(before.most, gigabyteSeconds),
      });
    },
    kinds: () => Object.fromEntries(kinds),
  };
}

/** Every other line of the log is none. */
const LINE = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    message: v.literal('request'),
    milliseconds: v.number(),
    cmcd: v.object({ sid: v.string() }),
  }),
);

/**
 * Adds up how long instances are busy, whatever with: requests, exports, and what goes on after its client has left.
 * Returns the sum so far, in GB-seconds.
 */
export function meterInstances(
  busy: () => number,
  memoryMegabytes: number,
  now: () => number = () => performance.now(),
): { sample(): void; gigabyteSeconds(): number } {
  let at = now();
  let sum = 0;
  return {
    sample() {
      const since = now() - at;
      at += since;
      sum += (busy() * since * memoryMegabytes) / 1_024 / 1_000;
    },
    gigabyteSeconds: () => sum,
  };
}

/** Returns dollars for GB-seconds on arm64, which a deployment has by default. */
export function priceOf(gigabyteSeconds: number): number {
  return gigabyteSeconds * PRICES.perGigabyteSecond.arm64;
}
