import { LRUCache } from 'lru-cache';

/** Blocks of objects, shared by the requests that one process answers. Create it once, for one source. */
export type BlockCache = {
  readonly maxBytes: number;
  readonly blockBytes: number;
  /** Reads that are under way, by the keys of the blocks that they will bring. */
  readonly pending: Map<string, BlockFetch>;
  /** Counts as a use of the block; `has` does not. */
  get(key: string): Uint8Array | undefined;
  has(key: string): boolean;
  put(key: string, block: Uint8Array): void;
  readonly usedBytes: number;
};

/** One ranged read for one or several blocks in a row; it is given up when nobody waits for it any longer. */
export type BlockFetch = {
  /** Resolves with the block as soon as it is complete. */
  block(index: number): Promise<Uint8Array>;
  hold(): void;
  release(): void;
  readonly done: Promise<void>;
};

export type BlockCacheOptions = { readonly blockBytes?: number };

/** Creates a cache of the blocks that were used last, at most `maxBytes` of them. */
export function createBlockCache(
  maxBytes: number = DEFAULT_CACHE_BYTES,
  { blockBytes = DEFAULT_BLOCK_BYTES }: BlockCacheOptions = {},
): BlockCache {
  const blocks = new LRUCache<string, Uint8Array>({
    maxSize: maxBytes,
    sizeCalculation: ({ byteLength }) => Math.max(1, byteLength),
  });
  return {
    maxBytes,
    blockBytes,
    pending: new Map(),
    get usedBytes() {
      return blocks.calculatedSize;
    },
    get: (key) => blocks.get(key),
    has: (key) => blocks.has(key),
    put: (key, block) => void blocks.set(key, block),
  };
}

const DEFAULT_CACHE_BYTES = 32 * 1024 * 1024;
const DEFAULT_BLOCK_BYTES = 512 * 1024;
