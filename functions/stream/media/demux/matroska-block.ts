import { type Element, elements, find, unsigned } from './ebml.ts';
import type { Cue } from './matroska-cues.ts';
import { ID } from './matroska-ids.ts';

/** A block of one track (RFC 9559 §10), without lacing. */
export type Block = {
  readonly trackNumber: number;
  /** Ticks from its cluster's timestamp; may be negative. */
  readonly ticks: number;
  /** Null if the block does not tell. */
  readonly durationTicks: number | null;
  readonly data: Uint8Array;
  /** The addition that goes with the codec (BlockAddID 1); null without one. */
  readonly addition: Uint8Array | null;
};

/** A block's frame: its bytes in the file, `[start, end)`. */
export type BlockFrame = { readonly start: number; readonly end: number };

/** Bytes of a cluster's header, at least and at most. */
const CLUSTER_HEADER = { least: 5, most: 12 };

/** Reads a BlockGroup or a SimpleBlock; null for another element, and for one that is cut or laced. */
export function readBlock(bytes: Uint8Array, element: Element): Block | null {
  const block = element.isCut ? null : blockOf(bytes, element);
  const header = block && readHeader(bytes, block.start);
  if (!block || !header || header.dataAt > block.end) return null;
  const { trackNumber, ticks, dataAt } = header;
  const duration = element.id === ID.blockGroup ? find(bytes, element, ID.blockDuration) : undefined;
  const durationTicks = duration ? unsigned(bytes, duration) : null;
  const data = bytes.subarray(dataAt, block.end);
  return { trackNumber, ticks, durationTicks, data, addition: additionOf(bytes, element) };
}

/** The number of what is of the codec itself, which is also that of an addition without a number (§5.1.3.5.2.3). */
const OF_CODEC = 1;

function additionOf(bytes: Uint8Array, group: Element): Uint8Array | null {
  const additions = group.id === ID.blockGroup ? find(bytes, group, ID.blockAdditions) : undefined;
  if (additions === undefined) return null;
  for (const more of elements(bytes, additions.start, additions.end)) {
    if (more.id !== ID.blockMore) continue;
    const number = find(bytes, more, ID.blockAddId);
    const addition = find(bytes, more, ID.blockAdditional);
    if (addition && (number === undefined || unsigned(bytes, number) === OF_CODEC))
      return bytes.subarray(addition.start, addition.end);
  }
  return null;
}

/**
 * Finds the frame of the block that a cue points at, in bytes that were read from the cue's position on; null
 * if there is none. The position counts from the end of the cluster's header, whose length it does not tell.
 */
export function blockAt(bytes: Uint8Array, cue: Cue, trackNumber: number): BlockFrame | null {
  const { least, most } = CLUSTER_HEADER;
  for (let at = least; at <= most; at++) {
    const element = elementAt(bytes, at);
    const block = element && blockOf(bytes, element);
    const header = block && readHeader(bytes, block.start);
    if (!block || header?.trackNumber !== trackNumber || block.declaredEnd <= header.dataAt) continue;
    return { start: cue.at + header.dataAt, end: cue.at + block.declaredEnd };
  }
  return null;
}

/** Returns the first element at a position, if its header is there. */
export function elementAt(bytes: Uint8Array, position: number): Element | null {
  for (const element of elements(bytes, position, bytes.length)) return element;
  return null;
}

function blockOf(bytes: Uint8Array, element: Element): Element | null {
  if (element.id === ID.simpleBlock) return element;
  return element.id === ID.blockGroup ? (find(bytes, element, ID.block) ?? null) : null;
}

const LACING = 0x06;

/** Reads a block's header (RFC 9559 §10.1): track, relative time, and flags; null for several frames in one. */
function readHeader(bytes: Uint8Array, start: number) {
  const first = bytes[start] ?? 0;
  const length = first === 0 ? 9 : Math.clz32(first) - 23;
  const at = start + length;
  const flags = bytes[at + 2];
  if (length > 4 || flags === undefined || (flags & LACING) !== 0) return null;
  let trackNumber = first & (0xff >> length);
  for (let i = 1; i < length; i++) trackNumber = trackNumber * 256 + (bytes[start + i] ?? 0);
  const ticks = (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16)) >> 16;
  return { trackNumber, ticks, dataAt: at + 3 };
}
