import { pipeline, type Readable, Transform } from 'node:stream';
import type { ByteRange } from '../base/range.ts';

/**
 * Streams the bytes of `ranges`, rising, out of a body that has everything from the first one's start to the
 * last one's end.
 */
export function withoutGaps(body: Readable, ranges: readonly ByteRange[]): Readable {
  let position = ranges[0]?.start ?? 0;
  let current = 0;
  const joined = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      const end = position + chunk.byteLength;
      for (let range = ranges[current]; range && range.start < end; range = ranges[current]) {
        const from = Math.max(range.start, position);
        if (from < range.end) this.push(chunk.subarray(from - position, range.end - position));
        if (range.end > end) break;
        current++;
      }
      position = end;
      done();
    },
  });
  // Each stream ends with the other; a failure of the body reaches the reader.
  pipeline(body, joined, () => {});
  return joined;
}
