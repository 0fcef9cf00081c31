import { damaged } from '../../base/problem.ts';
import { name } from './boxes.ts';

export type StreamedBox = {
  readonly type: string;
  /** The whole box with its header. */
  readonly bytes: Buffer;
};

/** The largest box that is read this way: one fragment of an output that is being encoded. */
const MAX_BOX_BYTES = 64 * 1024 * 1024;

/**
 * Yields the top-level boxes of a stream, each when it is complete (ISO/IEC 14496-12 §4.2). Throws
 * `damaged-media` if the stream ends within a box, or if a box has no plain size.
 */
export async function* readBoxes(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<StreamedBox, void, void> {
  let waiting: Uint8Array[] = [];
  let length = 0;
  let wanted = 8;
  for await (const chunk of chunks) {
    waiting.push(chunk);
    length += chunk.byteLength;
    while (length >= wanted) {
      const bytes = Buffer.concat(waiting);
      const size = bytes.readUInt32BE(0);
      const type = bytes.toString('latin1', 4, 8);
      if (size < 8 || size > MAX_BOX_BYTES)
        throw damaged(`The box ${name(type)} of a stream has no plain size.`);
      wanted = size;
      waiting = [bytes];
      if (length < size) break;
      yield { type, bytes: bytes.subarray(0, size) };
      waiting = [bytes.subarray(size)];
      length -= size;
      wanted = 8;
    }
  }
  if (length > 0) throw damaged('The stream ends within a box.');
}
