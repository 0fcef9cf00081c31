import { mapAhead } from '../base/map-ahead.ts';
import type { RandomAccess } from './bytes.ts';

/** Reads that lie as near to each other as this are one: a request costs more than these bytes. */
const MOST_GAP_BYTES = 16 * 1024;
const MOST_READ_BYTES = 1024 * 1024;
/** Reads that are under way while one before them is read. */
const READS_AHEAD = 15;

export type Wanted = { readonly start: number; readonly length: number };

/** Reads many short ranges in as few reads as are sensible; one is shorter only at the file's end. */
export async function readRanges(
  file: RandomAccess,
  wanted: readonly Wanted[],
): Promise<readonly Uint8Array[]> {
  const order = wanted.map((range, index) => ({ ...range, index })).sort((a, b) => a.start - b.start);
  const reads: { readonly start: number; end: number; readonly parts: typeof order }[] = [];
  for (const part of order) {
    const last = reads.at(-1);
    const end = part.start + part.length;
    const isNear =
      last !== undefined && part.start - last.end <= MOST_GAP_BYTES && end - last.start <= MOST_READ_BYTES;
    if (!isNear) reads.push({ start: part.start, end, parts: [part] });
    else {
      last.end = Math.max(last.end, end);
      last.parts.push(part);
    }
  }
  const found: Uint8Array[] = [];
  let next = 0;
  for await (const bytes of mapAhead(reads, READS_AHEAD, ({ start, end }) => file.read(start, end))) {
    const { start, parts = [] } = reads[next++] ?? { start: 0 };
    // Copies, so that the bytes between them are not held.
    for (const part of parts) {
      found[part.index] = Uint8Array.from(
        bytes.subarray(part.start - start, part.start - start + part.length),
      );
    }
  }
  return found;
}
