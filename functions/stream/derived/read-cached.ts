import type { Readable } from 'node:stream';
import { Problem, sourceUnavailable } from '../base/problem.ts';
import type { ByteRange } from '../base/range.ts';
import type { StoredObject } from '../source/source.ts';
import { beginInTime } from './begin-in-time.ts';
import type { GuardedStore } from './guarded-store.ts';

/**
 * Reads a cached object. Rejects if nothing comes in time; the limit holds for the first byte, and the rest
 * of the body may take longer.
 */
export async function readCached(
  guarded: GuardedStore,
  object: StoredObject,
  range: ByteRange,
  signal: AbortSignal,
): Promise<Readable> {
  const asked = await guarded.ask(async (store, within) => {
    try {
      return await beginInTime((until) => store.read(object, range, until), signal, within);
    } catch (error) {
      // That the object is missing is an answer too.
      if (error instanceof Problem && error.type !== 'source-unavailable') return error;
      throw error;
    }
  }, signal);
  if (asked === null) throw sourceUnavailable();
  if (asked.answer instanceof Problem) throw asked.answer;
  return asked.answer;
}

/** Reads a whole cached object; null if it cannot be read in time. */
export function readWhole(
  guarded: GuardedStore,
  object: StoredObject,
  signal: AbortSignal,
): Promise<Readable | null> {
  return readCached(guarded, object, { start: 0, end: object.sizeBytes }, signal).catch(() => {
    signal.throwIfAborted();
    return null;
  });
}
