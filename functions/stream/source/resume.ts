import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { asError } from '../base/as-error.ts';
import { Problem, sourceUnavailable } from '../base/problem.ts';
import type { ByteRange } from '../base/range.ts';
import { chain } from './chain.ts';
import type { Source, StoredObject } from './source.ts';

export type ResumeOptions = {
  /** How long a source may be silent while its reader waits. */
  readonly stallMilliseconds: number;
  /** How often a read is resumed without a byte of progress. */
  readonly attempts: number;
};

/** With progress as well, a read is resumed no more often than this, and once more for so many bytes. */
const MOST_RESUMED = 8;
const BYTES_OF_PROGRESS = 64 * 1024;

/**
 * Wraps a source so that reads which broke off or stalled continue in the same version. A read that cannot
 * continue errors with `source-unavailable`, or with the source's own problem, such as `source-changed`.
 */
export function resuming(source: Source, { stallMilliseconds, attempts }: ResumeOptions): Source {
  const { statAndRead } = source;
  const resumed: Source = {
    ...source,
    async read(object, range, signal) {
      return continued(await source.read(object, range, signal), object, range, signal);
    },
  };
  if (statAndRead === undefined) return resumed;
  return {
    ...resumed,
    async statAndRead(key, mostBytes, signal) {
      const { object, body } = await statAndRead(key, mostBytes, signal);
      const range = { start: 0, end: Math.min(mostBytes, object.sizeBytes) };
      return { object, body: continued(body, object, range, signal) };
    },
  };

  function continued(
    first: Readable,
    object: StoredObject,
    { start, end }: ByteRange,
    signal: AbortSignal,
  ): Readable {
    let position = start;
    /** In a row without a byte, and in all. */
    let failures = 0;
    let resumed = 0;
    return chain(first, resume, { signal, stallMilliseconds, onData: count });

    function count(chunk: Uint8Array): void {
      failures = 0;
      position += chunk.byteLength;
      if (position <= end) return;
      throw sourceUnavailable({
        cause: new Error(`The source sent more than the ${end - start} bytes asked for.`),
      });
    }

    async function resume(failure: Error | null, opening: AbortSignal) {
      let cause = failure ?? new Error(`The body ended ${end - position} bytes short.`);
      if (position === end && (failure === null || !isFinal(failure))) return null;
      while (!isFinal(cause)) {
        failures++;
        resumed++;
        const isHopeless =
          failures > attempts || resumed > MOST_RESUMED + (position - start) / BYTES_OF_PROGRESS;
        if (isHopeless) throw cause instanceof Problem ? cause : sourceUnavailable({ cause });
        await delay(backoffMilliseconds(failures), undefined, { signal: opening });
        try {
          return await source.read(object, { start: position, end }, opening);
        } catch (error) {
          cause = asError(error);
        }
      }
      throw cause;
    }
  }
}

/** Tells whether another attempt is pointless: the object is gone, changed, or may not be read. */
function isFinal(cause: Error): boolean {
  return cause instanceof Problem && cause.type !== 'source-unavailable';
}

/** Doubles from 50 ms to 2 s, less a random half, so that many readers do not come back at once. */
function backoffMilliseconds(failures: number): number {
  return Math.min(2_000, 50 * 2 ** (failures - 1)) * (1 - Math.random() / 2);
}
