import { damaged } from '../../base/problem.ts';
import { asBuffer } from '../boxes/boxes.ts';

export type ByteReader = {
  /** Returns the next `count` bytes; null at the end. Throws `damaged-media` if there are some, but fewer. */
  read(count: number): Promise<Buffer | null>;
};

/** Reads a stream in parts whose lengths its beginning tells. */
export function byteReader(chunks: AsyncIterable<Uint8Array>): ByteReader {
  const iterator = chunks[Symbol.asyncIterator]();
  let held: Uint8Array[] = [];
  let length = 0;
  return {
    async read(count) {
      while (length < count) {
        const { value, done } = await iterator.next();
        if (done) {
          if (length > 0) throw damaged('A segment ends early.');
          return count === 0 ? Buffer.alloc(0) : null;
        }
        held.push(value);
        length += value.byteLength;
      }
      const bytes = held.length === 1 && held[0] ? asBuffer(held[0]) : Buffer.concat(held);
      held = [bytes.subarray(count)];
      length -= count;
      return bytes.subarray(0, count);
    },
  };
}
