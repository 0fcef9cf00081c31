import type { RandomAccess } from './bytes.ts';
import type { Source, StoredObject } from './source.ts';

/**
 * One version of an object for readers that take little from many places: each read is a request for those
 * bytes alone, where the cache would fetch whole blocks.
 */
export function sparseAccess(source: Source, object: StoredObject, signal: AbortSignal): RandomAccess {
  return {
    sizeBytes: object.sizeBytes,
    async read(start, end) {
      const range = { start, end: Math.min(end, object.sizeBytes) };
      if (!(start >= 0) || range.start >= range.end) return new Uint8Array();
      const chunks: Uint8Array[] = [];
      // `buffer` of node:stream/consumers makes a Blob first, which takes several times as long.
      for await (const chunk of await source.read(object, range, signal)) chunks.push(chunk);
      return Buffer.concat(chunks);
    },
  };
}
