import type { ByteRange } from '../base/range.ts';

/**
 * Yields the bytes of a range of a stream that is produced from its beginning; what follows the range is not
 * awaited.
 */
export async function* slice(
  chunks: AsyncIterable<Uint8Array>,
  { start, end }: ByteRange,
): AsyncGenerator<Uint8Array, void, void> {
  let position = 0;
  for await (const chunk of chunks) {
    const part = chunk.subarray(Math.max(0, start - position), Math.max(0, end - position));
    position += chunk.byteLength;
    if (part.byteLength > 0) yield part;
    if (position >= end) return;
  }
}
