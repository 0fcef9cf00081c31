import { buffer } from 'node:stream/consumers';
import type { RandomAccess } from './bytes.ts';
import type { Source, StoredObject } from './source.ts';

export type IndexAccessInput = {
  readonly source: Source;
  readonly object: StoredObject;
  /** The first bytes of the object, already read. */
  readonly head: Uint8Array;
  /** For all that is neither the head nor an index. */
  readonly blocks: RandomAccess;
  readonly signal: AbortSignal;
};

/** A box's header, which the walk over a file asks for. */
const HEADER_BYTES = 16;
/** Nearer to the end, a header is read with all that follows: it is that of an index at the end, as a rule. */
const TAIL_BYTES = 8 * 1024 * 1024;
/** What asks for so much has found the index; behind one at the front lie the next headers and the first picture. */
const INDEX_BYTES = { least: 16 * 1024, most: 64 * 1024 * 1024, behind: 64 * 1024 };

/**
 * One version of an object for who reads the index of ISO base media, in as few requests and bytes as that takes. The
 * index is parsed once and kept as what it says: it does not fill the cache of blocks as well.
 */
export function indexAccess({ source, object, head, blocks, signal }: IndexAccessInput): RandomAccess {
  const { sizeBytes } = object;
  const windows = [{ start: 0, bytes: head }];
  return {
    sizeBytes,
    async read(start, end) {
      const stop = Math.min(end, sizeBytes);
      const window = windows.findLast(
        (known) => start >= known.start && start < known.start + known.bytes.length,
      );
      const have = window?.bytes.subarray(start - window.start, stop - window.start) ?? new Uint8Array();
      if (start + have.length >= stop) return have;
      const more = readBehind(end - start, start + have.length, stop);
      if (more === null) return blocks.read(start, end);
      const range = { start: start + have.length, end: more };
      const read = await buffer(await source.read(object, range, signal));
      windows.push({ start, bytes: have.length === 0 ? read : Buffer.concat([have, read]) });
      return (windows.at(-1)?.bytes ?? read).subarray(0, stop - start);
    },
  };

  /** Where a read of its own ends; null for what the blocks are good enough for. */
  function readBehind(askedBytes: number, missingFrom: number, stop: number): number | null {
    if (askedBytes <= HEADER_BYTES) return sizeBytes - missingFrom <= TAIL_BYTES ? sizeBytes : null;
    const missing = stop - missingFrom;
    return missing > INDEX_BYTES.least && missing <= INDEX_BYTES.most
      ? Math.min(stop + INDEX_BYTES.behind, sizeBytes)
      : null;
  }
}
