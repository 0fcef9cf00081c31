import { Readable } from 'node:stream';
import { notFound, sourceChanged } from '../functions/stream/base/problem.ts';
import type { ByteRange } from '../functions/stream/base/range.ts';
import type { Source, StoredObject } from '../functions/stream/source/source.ts';

/** Returns bytes that differ at every place and from seed to seed, so that a wrong offset shows. */
export function pattern(length: number, seed = 0): Buffer {
  const bytes = Buffer.alloc(length);
  let state = (seed + 1) * 2654435761;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

export type FakeRead = { readonly range: ByteRange; readonly signal: AbortSignal; readonly body: Readable };

export type FakeSource = Source & {
  readonly object: StoredObject;
  readonly reads: FakeRead[];
  /** Replaces the next reads, in order: a body, or an error instead of one. */
  readonly script: ((range: ByteRange, signal: AbortSignal) => Readable | Promise<Readable>)[];
  bytesRead(): number;
};

/** Serves one object in memory and counts the requests for it. */
export function fakeSource(bytes: Uint8Array, { chunkBytes = 64 * 1024 } = {}): FakeSource {
  const object = { key: 'film.mp4', etag: '"1"', sizeBytes: bytes.byteLength, lastModified: new Date(0) };
  const reads: FakeRead[] = [];
  const script: FakeSource['script'] = [];
  let bytesRead = 0;
  return {
    object,
    reads,
    script,
    bytesRead: () => bytesRead,
    async stat(key) {
      if (key !== object.key) throw notFound(key);
      return object;
    },
    async read({ etag, key }, range, signal) {
      signal.throwIfAborted();
      if (etag !== object.etag) throw sourceChanged(key);
      const scripted = script.shift();
      const body = scripted ? await scripted(range, signal) : bodyOf(range);
      reads.push({ range, signal, body });
      return body;
    },
    beside: async () => [],
    list: async () => ({ media: [{ key: object.key, sizeBytes: object.sizeBytes }], next: null }),
  };

  function bodyOf({ start, end }: ByteRange): Readable {
    let position = start;
    return new Readable({
      highWaterMark: chunkBytes,
      read() {
        const chunk = bytes.subarray(position, Math.min(position + chunkBytes, end));
        position += chunk.byteLength;
        bytesRead += chunk.byteLength;
        // A turn later, like bytes from a socket.
        setImmediate(() => this.push(chunk.byteLength === 0 ? null : chunk));
      },
    });
  }
}
