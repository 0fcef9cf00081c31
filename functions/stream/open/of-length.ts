import { damaged } from '../base/problem.ts';

/**
 * Gives a stream exactly the announced number of bytes; a decoder may omit or invent its last samples. What
 * is more is cut, and up to `most` missing bytes become zeros. Throws `damaged-media` if more are missing.
 */
export async function* ofLength(
  chunks: AsyncIterable<Uint8Array>,
  { bytes, most }: { readonly bytes: number; readonly most: number },
): AsyncGenerator<Uint8Array, void, void> {
  let left = bytes;
  for await (const chunk of chunks) {
    const part = chunk.subarray(0, left);
    left -= part.byteLength;
    if (part.byteLength > 0) yield part;
  }
  if (left > most) throw damaged('The file is shorter than its header says.');
  if (left > 0) yield new Uint8Array(left);
}
