import { Readable } from 'node:stream';
import type { CachedAccess } from '../../source/cache.ts';
import type { StreamClock } from './stream-clock.ts';
import type { ClockPart } from './timekeeping.ts';

/**
 * Opens the file with a clock that runs on from its beginning to its end; its length and the place of each
 * packet stay.
 */
export function clocked(access: CachedAccess, clock: StreamClock | null): CachedAccess {
  if (clock === null) return access;
  const { sizeBytes } = access;
  const { timekeeping, parts } = clock;
  const partAt = (position: number) => parts.findLast(({ start }) => start <= position) ?? UNCHANGED;
  const read = async (start: number, end: number) => {
    const { from, until } = timekeeping.around(start, Math.min(end, sizeBytes));
    if (start >= until) return new Uint8Array();
    const bytes = Buffer.from(await access.read(from, until));
    timekeeping.correct(bytes, from, partAt);
    return bytes.subarray(start - from, Math.min(end, sizeBytes) - from);
  };
  return {
    sizeBytes,
    read,
    stream: ({ start, end }) => Readable.from(slices(read, start, end), { objectMode: false }),
  };
}

const UNCHANGED: ClockPart = { start: 0, addedTicks: 0, addedCounts: new Map() };

const SLICE_BYTES = 256 * 1024;

async function* slices(
  read: CachedAccess['read'],
  start: number,
  end: number,
): AsyncGenerator<Uint8Array, void, void> {
  for (let at = start; at < end; at += SLICE_BYTES) yield await read(at, Math.min(end, at + SLICE_BYTES));
}
