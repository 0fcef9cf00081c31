import { Readable } from 'node:stream';
import type { ByteRange } from '../base/range.ts';
import type { CachedAccess } from './cache.ts';

/** Bytes that replace those of the source at `start`, as many as there are. */
export type Patch = { readonly start: number; readonly bytes: Uint8Array };

/** Opens the same object with some of its bytes replaced; its length stays. */
export function overlay(access: CachedAccess, patches: readonly Patch[]): CachedAccess {
  if (patches.length === 0) return access;
  return {
    sizeBytes: access.sizeBytes,
    async read(start, end) {
      return patched(await access.read(start, end), start, patches);
    },
    stream: (range) =>
      Readable.from(patchedChunks(access.stream(range), range, patches), { objectMode: false }),
  };
}

/** Opens the first `sizeBytes` of the same object with `tail` behind them. */
export function appended(access: CachedAccess, sizeBytes: number, tail: Uint8Array): CachedAccess {
  const tailOf = (start: number, end: number) =>
    tail.subarray(Math.max(0, start - sizeBytes), Math.max(0, end - sizeBytes));
  async function* chunks({ start, end }: ByteRange): AsyncGenerator<Uint8Array, void, void> {
    if (start < sizeBytes) yield* access.stream({ start, end: Math.min(end, sizeBytes) });
    if (end > sizeBytes) yield tailOf(start, end);
  }
  return {
    sizeBytes: sizeBytes + tail.byteLength,
    async read(start, end) {
      if (start >= sizeBytes) return tailOf(start, end);
      const head = await access.read(start, Math.min(end, sizeBytes));
      return end <= sizeBytes ? head : Buffer.concat([head, tailOf(start, end)]);
    },
    stream: (range) => Readable.from(chunks(range), { objectMode: false }),
  };
}

async function* patchedChunks(
  chunks: AsyncIterable<Uint8Array>,
  { start }: ByteRange,
  patches: readonly Patch[],
): AsyncGenerator<Uint8Array, void, void> {
  let position = start;
  for await (const chunk of chunks) {
    yield patched(chunk, position, patches);
    position += chunk.byteLength;
  }
}

/** Returns the chunk itself if nothing changes, otherwise a copy: chunks are views of a shared cache. */
function patched(chunk: Uint8Array, position: number, patches: readonly Patch[]): Uint8Array {
  const end = position + chunk.byteLength;
  const touching = patches.filter(({ start, bytes }) => start < end && start + bytes.byteLength > position);
  if (touching.length === 0) return chunk;
  const copy = Uint8Array.from(chunk);
  for (const { start, bytes } of touching) {
    const from = Math.max(start, position);
    const to = Math.min(start + bytes.byteLength, end);
    copy.set(bytes.subarray(from - start, to - start), from - position);
  }
  return copy;
}
