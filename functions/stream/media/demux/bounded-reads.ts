import { setImmediate } from 'node:timers/promises';
import { damaged, unsupported } from '../../base/problem.ts';
import type { RandomAccess } from '../../source/bytes.ts';

/** What a file is read with, and until when. */
export type Reading = { readonly file: RandomAccess; readonly signal: AbortSignal };

export type BoundedReads = {
  /** Reads exactly `[start, end)`, in several chunks if that is long. */
  read(start: number, end: number): Promise<Uint8Array> | ReadableStream<Uint8Array>;
  /** Sets how many more bytes may be read; a read beyond fails with `ReadLimit`. */
  limit(bytes: number): void;
  /**
   * Returns the first failure of a read, which a demuxer may have turned into another error; null if none.
   */
  failure(): unknown;
  /** True if a read has failed, at the limit as well: what the demuxer has begun then stays unfinished. */
  hasStopped(): boolean;
};

/**
 * Reads for a demuxer that trusts what files claim: bounded in size and in sum, never retried, ended by the
 * signal of `reading`, whose members may be exchanged.
 */
export function boundedReads(reading: Reading): BoundedReads {
  const refuseStandstill = standstillGuard();
  let allowance = Number.POSITIVE_INFINITY;
  let failure: unknown = null;
  let hasMetLimit = false;
  let count = 0;
  const readPart = async (start: number, end: number): Promise<Uint8Array> => {
    // Cached bytes come without a turn of the event loop, so that no time limit would ever take effect.
    if (++count % READS_A_TURN === 0) await setImmediate();
    reading.signal.throwIfAborted();
    allowance -= end - start;
    if (allowance < 0) {
      hasMetLimit = true;
      throw new ReadLimit();
    }
    try {
      const bytes = await reading.file.read(start, end);
      if (bytes.length === end - start) return bytes;
      throw new Error(`A read of ${end - start} bytes at ${start} gave ${bytes.length}`);
    } catch (error) {
      failure ??= error;
      throw error;
    }
  };
  return {
    read(start, end) {
      refuseStandstill(start);
      if (end - start > LARGEST_READ) {
        failure ??= unsupported('A single block of this file is too large to be read.');
        throw failure;
      }
      return end - start <= PART_BYTES ? readPart(start, end) : inParts(readPart, start, end);
    },
    limit(bytes) {
      allowance = bytes;
    },
    failure: () => failure,
    hasStopped: () => hasMetLimit || failure !== null,
  };
}

export class ReadLimit extends Error {
  override readonly name = 'ReadLimit';
}

/** A cluster is read whole: a larger claim is refused before it is allocated for long. */
const LARGEST_READ = 48 * 2 ** 20;
const PART_BYTES = 2 ** 20;
const READS_A_TURN = 500;
const MOST_REPEATS = 100;

/** Throws if the same place is read over and over. */
function standstillGuard(): (start: number) => void {
  let last = -1;
  let repeats = 0;
  return (start) => {
    repeats = start === last ? repeats + 1 : 0;
    last = start;
    if (repeats > MOST_REPEATS) throw damaged('This file is damaged: its next part cannot be found.');
  };
}

function inParts(read: (start: number, end: number) => Promise<Uint8Array>, start: number, end: number) {
  let at = start;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = Math.min(at + PART_BYTES, end);
        controller.enqueue(await read(at, next));
        at = next;
        if (at === end) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
