import { type Element, elements, find, unsigned } from './ebml.ts';
import { ID } from './matroska-ids.ts';

/** A block of one track (RFC 9559 §10), without lacing. */
export type Block = {
  readonly trackNumber: number;
  /** Ticks from its cluster's timestamp; may be negative. */
  readonly ticks: number;
  /** Null if the block does not tell. */
  readonly durationTicks: number | null;
  readonly data: Uint8Array;
};

/** Reads a BlockGroup or a SimpleBlock; null for another element, and for one that is cut or laced. */
export function readBlock(bytes: Uint8Array, element: Element): Block | null {
  if (element.isCut) return null;
  if (element.id === ID.simpleBlock) return contentOf(bytes, element, null);
  if (element.id !== ID.blockGroup) return null;
  const block = find(bytes, element, ID.block);
  const duration = find(bytes, element, ID.blockDuration);
  return block ? contentOf(bytes, block, duration ? unsigned(bytes, duration) : null) : null;
}

const LACING = 0x06;

function contentOf(bytes: Uint8Array, { start, end }: Element, durationTicks: number | null): Block | null {
  const first = bytes[start] ?? 0;
  const length = first === 0 ? 9 : Math.clz32(first) - 23;
  if (length > 4 || start + length + 3 > end) return null;
  let trackNumber = first & (0xff >> length);
  for (let i = 1; i < length; i++) trackNumber = trackNumber * 256 + (bytes[start + i] ?? 0);
  const head = start + length;
  if (((bytes[head + 2] ?? 0) & LACING) !== 0) return null;
  const ticks = (((bytes[head] ?? 0) << 24) | ((bytes[head + 1] ?? 0) << 16)) >> 16;
  return { trackNumber, ticks, durationTicks, data: bytes.subarray(head + 3, end) };
}

/** Returns the first element at a position, if its header is there. */
export function elementAt(bytes: Uint8Array, position: number): Element | null {
  for (const element of elements(bytes, position, bytes.length)) return element;
  return null;
}
