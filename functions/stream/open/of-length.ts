import { damaged } from '../base/problem.ts';

/**
 * A stream that was told to have so many bytes, whose last samples a decoder may have left out or have made up: what is
 * more is cut, and `most` bytes that are missing become zeros. Throws `damaged-media` where more are.
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
  if (left > most) throw damaged('The file ends before what its header promises.');
  if (left > 0) yield new Uint8Array(left);
}
