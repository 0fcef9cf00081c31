import { alone, chain } from '../../source/chain.ts';
import type { Source } from '../../source/source.ts';
import { NOTHING_USED, type Usage } from '../job/record.ts';

/** Measures what one invocation uses. */
export type Meter = {
  wrote(bytes: number): void;
  /** Returns the same source with its bytes counted. */
  counting(source: Source): Source;
  /** Returns the usage since the last `take`. */
  used(): Usage;
  /** Returns `used` and resets the counters. */
  take(): Usage;
};

export function createMeter(memoryGigabytes: number, now: () => number = () => performance.now()): Meter {
  let since = now();
  let counts = { ...NOTHING_USED, invocations: 1 };
  const read = (bytes: number) => {
    counts = { ...counts, bytesRead: counts.bytesRead + bytes };
  };
  const used = () => ({ ...counts, gbSeconds: ((now() - since) / 1000) * memoryGigabytes });
  return {
    used,
    wrote(bytes) {
      counts = { ...counts, bytesWritten: counts.bytesWritten + bytes };
    },
    counting(source) {
      return {
        ...source,
        async read(object, range, signal) {
          const body = await source.read(object, range, signal);
          return chain(body, alone(), { signal, onData: ({ byteLength }) => read(byteLength) });
        },
      };
    },
    take() {
      const taken = used();
      since = now();
      counts = NOTHING_USED;
      return taken;
    },
  };
}
