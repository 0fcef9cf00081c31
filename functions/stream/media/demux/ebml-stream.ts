import { damaged } from '../../base/problem.ts';
import { type Element, elements } from './ebml.ts';

export type StreamedElement = {
  readonly id: number;
  /** The whole element with its header. */
  readonly bytes: Buffer;
  /** Start of the content within these bytes. */
  readonly start: number;
};

const SEGMENT = 0x18538067;
const MAX_ELEMENT_BYTES = 64 * 1024 * 1024;

/**
 * Yields the elements of a WebM stream, each when it is complete; those within the segment come in its place.
 * Throws `damaged-media` if the stream ends within one.
 */
export async function* readElements(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<StreamedElement, void, void> {
  let held = Buffer.alloc(0);
  let waiting: Uint8Array[] = [];
  let missing = 0;
  for await (const chunk of chunks) {
    waiting.push(chunk);
    missing -= chunk.byteLength;
    if (missing > 0) continue;
    held = Buffer.concat([held, ...waiting]);
    waiting = [];
    for (;;) {
      const element = first(held);
      if (element === null) {
        missing = 1;
        break;
      }
      if (element.id === SEGMENT) {
        held = held.subarray(element.start);
        continue;
      }
      const end = element.declaredEnd;
      if (end === 0 || end > MAX_ELEMENT_BYTES)
        throw damaged('An element of the encoded output has no plain size.');
      missing = end - held.length;
      if (missing > 0) break;
      yield { id: element.id, bytes: held.subarray(0, end), start: element.start };
      held = held.subarray(end);
    }
  }
  if (held.length > 0 || waiting.length > 0) throw damaged('The encoded output ends within an element.');
}

/** Returns the first element, or null if its header is not complete. */
function first(bytes: Buffer): Element | null {
  for (const element of elements(bytes, 0, bytes.length)) return element;
  return null;
}
