import type { RandomAccess } from '../../source/bytes.ts';
import type { ClockReading, Timekeeping } from './timekeeping.ts';

/** Bytes of a stream, at `position` in the file, and the readings of its clock in them. */
export type Window = {
  readonly position: number;
  readonly bytes: Uint8Array;
  readonly clocks: readonly ClockReading[];
};

/** Whole blocks, which is what is read of the store in any case. */
const WINDOW_BYTES = 512 * 1024;
const WINDOWS = 12;
/** Files up to this size are read whole, longer ones in so many places. */
export const SURVEYED_BYTES = WINDOWS * WINDOW_BYTES;
/** Bytes at both ends that have a reading in any case: a tenth of a second of the highest rates. */
const END_BYTES = 2 ** 20;

/** Reads a few windows of a stream, in order, from its beginning to its end: each of them once. */
export async function readWindows(file: RandomAccess, timekeeping: Timekeeping): Promise<readonly Window[]> {
  const { sizeBytes } = file;
  const read = async (position: number, end: number): Promise<Window> => {
    const bytes = await file.read(position, end);
    return { position, bytes, clocks: timekeeping.clocks(bytes, position) };
  };
  if (sizeBytes <= SURVEYED_BYTES) return [await read(0, sizeBytes)];
  const windows = await Promise.all(
    Array.from({ length: WINDOWS }, async (_, i) => {
      const place = ((sizeBytes - WINDOW_BYTES) * i) / (WINDOWS - 1);
      const start = Math.floor(place / WINDOW_BYTES) * WINDOW_BYTES;
      const isLast = i === WINDOWS - 1;
      const window = await read(start, isLast ? sizeBytes : start + WINDOW_BYTES);
      if (window.clocks.length > 0) return [window];
      if (i === 0) return [window, await read(WINDOW_BYTES, END_BYTES)];
      const before = Math.min(start, sizeBytes - END_BYTES);
      return isLast && before < start ? [await read(before, start), window] : [window];
    }),
  );
  return windows.flat();
}

/** Reads the first bytes of each recording after the first, which begin after these places. */
export function readBeginnings(file: RandomAccess, joins: readonly number[]): Promise<readonly Window[]> {
  return Promise.all(
    joins.slice(0, WINDOWS).map(async (position) => {
      const bytes = await file.read(position, Math.min(file.sizeBytes, position + WINDOW_BYTES));
      return { position, bytes, clocks: [] };
    }),
  );
}
