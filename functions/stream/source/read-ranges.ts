import type { RandomAccess } from './bytes.ts';

/** Reads that lie as near to each other as this are one: a request costs more than these bytes. */
const MOST_GAP_BYTES = 16 * 1024;
const MOST_READ_BYTES = 1024 * 1024;
const READS_AT_ONCE = 16;

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
  const waiting = reads.values();
  let hasFailed = false;
  const work = async () => {
    for (const { start, end, parts } of waiting) {
      if (hasFailed) return;
      const bytes = await file.read(start, end).catch((error: unknown) => {
        hasFailed = true;
        throw error;
      });
      // Copies, so that the bytes between them are not held.
      for (const part of parts) {
        found[part.index] = Uint8Array.from(
          bytes.subarray(part.start - start, part.start - start + part.length),
        );
      }
    }
  };
  await Promise.all(Array.from({ length: READS_AT_ONCE }, work));
  return found;
}
