import { MOST_BLOCK_BYTES, type TextBlock } from '../model/text-block.ts';
import { elements, unsigned } from './ebml.ts';
import { readBlock } from './matroska-block.ts';
import { ID } from './matroska-ids.ts';
import { USUAL_TICK_NANOSECONDS } from './matroska-top.ts';

/** An element's id and size. */
const MOST_HEADER_BYTES = 12;

/** Elements whose content is looked through. */
const PARENTS: ReadonlySet<number> = new Set([ID.segment, ID.cluster, ID.info]);

/**
 * Yields the blocks of a subtitle track from a whole Matroska file, read from its first byte to its last: for
 * files whose index does not name them.
 */
export async function* scanText(
  chunks: AsyncIterable<Uint8Array>,
  trackNumber: number,
): AsyncGenerator<TextBlock, void, void> {
  let held = Buffer.alloc(0);
  let skips = 0;
  let tickSeconds = USUAL_TICK_NANOSECONDS / 1e9;
  let clusterTicks = 0;
  for await (const chunk of chunks) {
    const fresh = chunk.subarray(Math.min(skips, chunk.byteLength));
    skips -= chunk.byteLength - fresh.byteLength;
    if (fresh.byteLength === 0) continue;
    held = held.length === 0 ? Buffer.from(fresh) : Buffer.concat([held, fresh]);
    let position = 0;
    for (;;) {
      const [element] = elements(held, position, held.length);
      if (element === undefined) {
        // Its header is cut, or these bytes are none.
        if (held.length - position > MOST_HEADER_BYTES) return;
        break;
      }
      if (PARENTS.has(element.id)) {
        position = element.start;
        continue;
      }
      const size = element.declaredEnd - element.at;
      if (element.declaredEnd === 0) return;
      if (size > MOST_BLOCK_BYTES || !WANTED.has(element.id)) {
        position = Math.min(element.declaredEnd, held.length);
        skips = element.declaredEnd - position;
        if (skips > 0) break;
        continue;
      }
      if (element.isCut) break;
      position = element.declaredEnd;
      if (element.id === ID.timestampScale) tickSeconds = unsigned(held, element) / 1e9;
      else if (element.id === ID.timestamp) clusterTicks = unsigned(held, element);
      else {
        const block = readBlock(held, element);
        if (block?.trackNumber !== trackNumber) continue;
        const ticks = clusterTicks + block.ticks;
        const { durationTicks, addition } = block;
        yield {
          startSeconds: ticks * tickSeconds,
          endSeconds: durationTicks === null ? null : (ticks + durationTicks) * tickSeconds,
          data: Uint8Array.from(block.data),
          addition: addition && Uint8Array.from(addition),
        };
      }
    }
    held = held.subarray(position);
  }
}

const WANTED: ReadonlySet<number> = new Set([ID.timestampScale, ID.timestamp, ID.blockGroup, ID.simpleBlock]);
