import type { RandomAccess } from '../../source/bytes.ts';
import type { ClockReading, Timekeeping } from './timekeeping.ts';

/** Bytes of a stream, at `position` in the file, and the readings of its clock in them. */
export type Window = {
  readonly position: number;
  readonly bytes: Uint8Array;
  readonly clocks: readonly ClockReading[];
};

/** Files up to this size are read whole, longer ones in this many places. */
const WHOLE_BYTES = 4 * 2 ** 20;
const WINDOWS = 12;
export const WINDOW_BYTES = 64 * 1024;
/** Bytes at both ends that have a reading in any case: a tenth of a second of the highest rates. */
const END_BYTES = 2 ** 20;

/** Reads a few windows of a stream, in order, from its beginning to its end: each of them once. */
export async function readWindows(file: RandomAccess, timekeeping: Timekeeping): Promise<readonly Window[]> {
  const { sizeBytes } = file;
  const read = async (position: number, end: number): Promise<Window> => {
    const bytes = await file.read(position, end);
    return { position, bytes, clocks: timekeeping.clocks(bytes, position) };
  };
  if (sizeBytes <= WHOLE_BYTES) return [await read(0, sizeBytes)];
  const windows = await Promise.all(
    Array.from({ length: WINDOWS }, async (_, i) => {
      const start = Math.floor(((sizeBytes - WINDOW_BYTES) * i) / (WINDOWS - 1));
      const end = start + WINDOW_BYTES;
      const window = await read(start, end);
      if (window.clocks.length > 0) return [window];
      if (i === 0) return [window, await read(end, END_BYTES)];
      return i === WINDOWS - 1 ? [await read(sizeBytes - END_BYTES, start), window] : [window];
    }),
  );
  return windows.flat();
}
