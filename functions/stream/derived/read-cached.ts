import type { Readable } from 'node:stream';
import { Problem, sourceUnavailable } from '../base/problem.ts';
import type { ByteRange } from '../base/range.ts';
import type { StoredObject } from '../source/source.ts';
import { beginInTime } from './begin-in-time.ts';
import type { GuardedStore } from './guarded-store.ts';

/** Rejects where nothing comes in time. Patience is for the first answer: a body may take its time. */
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
      // That it is not there is an answer too.
      if (error instanceof Problem && error.type !== 'source-unavailable') return error;
      throw error;
    }
  }, signal);
  if (asked === null) throw sourceUnavailable();
  if (asked.answer instanceof Problem) throw asked.answer;
  return asked.answer;
}

/** Null where it cannot be read, or not in time. */
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
