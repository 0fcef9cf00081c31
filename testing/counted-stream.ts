import type { CachedAccess } from '../functions/stream/source/cache.ts';

/** Wraps the access to count the bytes that its streams have delivered. */
export function countStreamed(access: CachedAccess): CachedAccess & { streamed(): number } {
  let streamed = 0;
  return {
    ...access,
    stream(range) {
      const bytes = access.stream(range);
      bytes.on('data', (chunk: Uint8Array) => {
        streamed += chunk.byteLength;
      });
      return bytes.pause();
    },
    streamed: () => streamed,
  };
}
