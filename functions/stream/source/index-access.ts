import { buffer } from 'node:stream/consumers';
import type { RandomAccess } from './bytes.ts';
import type { Source, StoredObject } from './source.ts';

export type IndexAccessInput = {
  readonly source: Source;
  readonly object: StoredObject;
  /** The first bytes of the object, already read. */
  readonly head: Uint8Array;
  /** Serves everything but the head and an index. */
  readonly blocks: RandomAccess;
  readonly signal: AbortSignal;
};

/** Bytes of a box's header, which a walk over a file asks for. */
const HEADER_BYTES = 16;
/** So near to the end a header is read with all that follows, usually an index at the end. */
const TAIL_BYTES = 8 * 1024 * 1024;
/**
 * A read of this size has found the index; an index at the front is followed by the next headers and the
 * first frame.
 */
const INDEX_BYTES = { least: 16 * 1024, most: 64 * 1024 * 1024, behind: 64 * 1024 };

/**
 * Opens one version of an object for a parser of ISO base media indexes, in as few requests and bytes as
 * possible. The index is parsed once and cached in its parsed form, so that it does not fill the cache of
 * blocks as well.
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

  /** Returns where a read of its own ends, or null if the blocks serve well enough. */
  function readBehind(askedBytes: number, missingFrom: number, stop: number): number | null {
    if (askedBytes <= HEADER_BYTES) return sizeBytes - missingFrom <= TAIL_BYTES ? sizeBytes : null;
    const missing = stop - missingFrom;
    return missing > INDEX_BYTES.least && missing <= INDEX_BYTES.most
      ? Math.min(stop + INDEX_BYTES.behind, sizeBytes)
      : null;
  }
}
