import { asError } from '../base/as-error.ts';
import { sourceUnavailable } from '../base/problem.ts';
import type { BlockCache, BlockFetch } from './block-cache.ts';
import type { Source, StoredObject } from './source.ts';

/** Identifies a block of one version. */
export function blockKey({ key, etag }: StoredObject, index: number): string {
  return `${index} ${etag} ${key}`;
}

/**
 * Starts one read for the blocks `[first, end)` and puts each into the cache when it is complete. A failed or
 * abandoned read leaves nothing behind: the next request for a block reads again.
 */
export function fetchBlocks(
  source: Source,
  object: StoredObject,
  cache: BlockCache,
  [first, end]: readonly [number, number],
): BlockFetch {
  const { blockBytes, pending } = cache;
  const controller = new AbortController();
  const waiting = new Map<number, Deferred>();
  for (let index = first; index < end; index++) waiting.set(index, defer());
  let holders = 0;
  let isWhole = false;

  const fetch: BlockFetch = {
    block: (index) =>
      waiting.get(index)?.promise ?? Promise.reject(new RangeError(`Block ${index} is not read here.`)),
    hold: () => {
      holders++;
    },
    release: () => {
      holders--;
      // A read whose bytes are all there ends by itself; an abort would cost its connection.
      if (holders > 0 || isWhole) return;
      // Forgotten at once, so that nobody joins a read that is being given up.
      forget();
      controller.abort(new Error('Nobody waits for this read any more.'));
    },
    done: run().then(forget, (error: unknown) => {
      forget();
      for (const { reject } of waiting.values()) reject(error);
    }),
  };
  for (const index of waiting.keys()) pending.set(blockKey(object, index), fetch);
  return fetch;

  function forget(): void {
    for (const index of waiting.keys()) {
      const key = blockKey(object, index);
      if (pending.get(key) === fetch) pending.delete(key);
    }
  }

  async function run(): Promise<void> {
    const start = first * blockBytes;
    const range = { start, end: Math.min(end * blockBytes, object.sizeBytes) };
    const body = await source.read(object, range, controller.signal);
    let position = start;
    let block = new Uint8Array();
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      if (position + chunk.byteLength > range.end) {
        throw sourceUnavailable({ cause: new Error('The source sent more than was asked for.') });
      }
      for (let from = 0; from < chunk.byteLength; ) {
        const offset = position % blockBytes;
        if (offset === 0) block = Buffer.allocUnsafeSlow(Math.min(blockBytes, range.end - position));
        const part = chunk.subarray(from, from + block.byteLength - offset);
        block.set(part, offset);
        from += part.byteLength;
        position += part.byteLength;
        isWhole = position === range.end;
        if (position % blockBytes === 0 || isWhole) deliver(block, position);
      }
    }
    if (!isWhole) throw sourceUnavailable({ cause: new Error('The source ended short.') });
  }

  function deliver(block: Uint8Array, position: number): void {
    const index = Math.ceil(position / blockBytes) - 1;
    const key = blockKey(object, index);
    cache.put(key, block);
    if (pending.get(key) === fetch) pending.delete(key);
    waiting.get(index)?.resolve(block);
  }
}

type Deferred = {
  readonly promise: Promise<Uint8Array>;
  readonly resolve: (block: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
};

function defer(): Deferred {
  let resolve: (block: Uint8Array) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<Uint8Array>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  // Nobody listens for a failure of read-ahead.
  promise.catch(() => {});
  return { promise, resolve, reject: (error) => reject(asError(error)) };
}
