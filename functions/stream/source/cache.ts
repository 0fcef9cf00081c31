import { Readable } from 'node:stream';
import { onAbort, unlessAborted } from '../base/abort.ts';
import { asError } from '../base/as-error.ts';
import { Problem, sourceUnavailable } from '../base/problem.ts';
import { type ByteRange, checkRange } from '../base/range.ts';
import type { BlockCache, BlockFetch } from './block-cache.ts';
import { blockKey, fetchBlocks } from './block-fetch.ts';
import type { RandomAccess } from './bytes.ts';
import type { Source, StoredObject } from './source.ts';

export { type BlockCache, createBlockCache } from './block-cache.ts';

/** One request's view of one version, through the blocks that all requests share. */
export type CachedAccess = RandomAccess & {
  /** Streams the bytes of `range` in order. Ends in full or errors; throws RangeError outside the object. */
  stream(range: ByteRange): Readable;
};

export type CachedAccessOptions = {
  readonly cache: BlockCache;
  /** How many blocks are requested ahead of a reader who goes through the object in order. */
  readonly readAheadBlocks?: number;
};

/** The most that one `read` may ask for: sizes come from files, and files lie. */
const MAX_READ_BYTES = 128 * 1024 * 1024;
const SLICE_BYTES = 64 * 1024;

/**
 * Opens the view. Its reads end with `signal`; reads that other requests wait for as well go on without it.
 */
export function cachedAccess(
  source: Source,
  object: StoredObject,
  signal: AbortSignal,
  { cache, readAheadBlocks = 2 }: CachedAccessOptions,
): CachedAccess {
  const { blockBytes } = cache;
  const { sizeBytes } = object;
  const readingAhead = new Set<BlockFetch>();
  let lastIndex = -1;
  const stopAll = () => readingAhead.forEach(stopReadingAhead);

  return {
    sizeBytes,

    async read(start, end) {
      signal.throwIfAborted();
      const range = { start, end: Math.min(end, sizeBytes) };
      if (!(start >= 0) || range.start >= range.end) return new Uint8Array();
      const length = range.end - range.start;
      if (length > MAX_READ_BYTES) {
        throw new Problem(
          'unsupported-media',
          `The media has a part of ${length} bytes, too large to be read at once.`,
        );
      }
      if (length > cache.maxBytes / 2) return readPastCache(range);
      const first = Math.floor(range.start / blockBytes);
      const after = Math.ceil(range.end / blockBytes);
      const goesOn = first === lastIndex + 1 || (first === lastIndex && after > first + 1);
      const ahead = goesOn && lastIndex >= 0 ? readAheadBlocks : 0;
      lastIndex = after - 1;
      const blocks = await obtain(first, after, after + ahead, signal);
      return cut(blocks, range.start - first * blockBytes, length);
    },

    stream(range) {
      checkRange(object, range);
      return streamBlocks(range);
    },
  };

  /**
   * Resolves with the blocks `[first, after)`; those up to `aheadEnd` are requested as well, and not waited
   * for.
   */
  async function obtain(
    first: number,
    after: number,
    aheadEnd: number,
    until: AbortSignal,
  ): Promise<Uint8Array[]> {
    const blocks: (Uint8Array | Promise<Uint8Array>)[] = [];
    const fetches = new Set<BlockFetch>();
    const limit = Math.min(aheadEnd, Math.ceil(sizeBytes / blockBytes));
    for (let index = first; index < limit; index++) {
      const key = blockKey(object, index);
      const cached = cache.get(key);
      if (cached !== undefined) {
        if (index < after) blocks.push(cached);
        continue;
      }
      const fetch =
        cache.pending.get(key) ?? fetchBlocks(source, object, cache, [index, missingEnd(index, limit)]);
      if (index >= after) readAhead(fetch);
      else {
        blocks.push(fetch.block(index));
        if (!fetches.has(fetch)) fetch.hold();
        fetches.add(fetch);
      }
    }
    if (fetches.size === 0) return blocks as Uint8Array[];
    try {
      return await unlessAborted(Promise.all(blocks), until);
    } finally {
      for (const fetch of fetches) fetch.release();
    }
  }

  function missingEnd(index: number, limit: number): number {
    let end = index + 1;
    while (end < limit && !cache.has(blockKey(object, end)) && !cache.pending.has(blockKey(object, end)))
      end++;
    return end;
  }

  function readAhead(fetch: BlockFetch): void {
    if (readingAhead.has(fetch) || signal.aborted) return;
    readingAhead.add(fetch);
    signal.addEventListener('abort', stopAll, { once: true });
    fetch.hold();
    fetch.done.then(() => stopReadingAhead(fetch));
  }

  function stopReadingAhead(fetch: BlockFetch): void {
    if (readingAhead.delete(fetch)) fetch.release();
    if (readingAhead.size === 0) signal.removeEventListener('abort', stopAll);
  }

  function streamBlocks({ start, end }: ByteRange): Readable {
    const closing = new AbortController();
    let release = () => {};
    const firstIndex = Math.floor(start / blockBytes);
    let position = start;
    let index = -1;
    let block: Uint8Array = new Uint8Array();
    const out = new Readable({
      highWaterMark: SLICE_BYTES,
      read() {
        slice().then(
          (bytes) => out.push(bytes),
          (error: unknown) => out.destroy(asError(error)),
        );
      },
      destroy(error, done) {
        release();
        closing.abort(error ?? new Error('The stream was closed.'));
        done(error);
      },
    });
    release = onAbort(signal, () => out.destroy(asError(signal.reason)));
    return out;

    async function slice(): Promise<Uint8Array | null> {
      if (position === end) return null;
      const wanted = Math.floor(position / blockBytes);
      if (wanted !== index) {
        // Many readers of a stream read only a little and then seek: read-ahead starts with the second block.
        const ahead = wanted > firstIndex ? readAheadBlocks : 0;
        const aheadEnd = Math.min(wanted + 1 + ahead, Math.ceil(end / blockBytes));
        [block = block] = await obtain(wanted, wanted + 1, aheadEnd, closing.signal);
        index = wanted;
      }
      const offset = position - index * blockBytes;
      const bytes = block.subarray(offset, Math.min(offset + SLICE_BYTES, end - index * blockBytes));
      position += bytes.byteLength;
      return bytes;
    }
  }

  /** Reads around the cache: one long read would push everything else out of it. */
  async function readPastCache(range: ByteRange): Promise<Uint8Array> {
    const bytes = Buffer.allocUnsafeSlow(range.end - range.start);
    let filled = 0;
    for await (const chunk of (await source.read(object, range, signal)) as AsyncIterable<Uint8Array>) {
      if (filled + chunk.byteLength > bytes.byteLength) break;
      bytes.set(chunk, filled);
      filled += chunk.byteLength;
    }
    if (filled === bytes.byteLength) return bytes;
    throw sourceUnavailable({
      cause: new Error(`The source sent another length than ${bytes.byteLength} bytes.`),
    });
  }
}

/** Cuts the bytes that start at `offset` of the first block; copies only if they lie in several blocks. */
function cut(blocks: readonly Uint8Array[], offset: number, length: number): Uint8Array {
  const [first] = blocks;
  if (first !== undefined && blocks.length === 1) return first.subarray(offset, offset + length);
  const bytes = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  for (const [i, block] of blocks.entries()) {
    const from = i === 0 ? offset : 0;
    const part = block.subarray(from, from + length - filled);
    bytes.set(part, filled);
    filled += part.byteLength;
  }
  return bytes;
}
