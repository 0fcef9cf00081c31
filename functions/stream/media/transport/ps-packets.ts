import { type PesHeader, readPesHeader } from './pes.ts';

/**
 * A packet of a program stream (ISO/IEC 13818-1 §2.5.3, ISO/IEC 11172-1), by its place in the given bytes.
 */
export type PsPacket = {
  readonly at: number;
  readonly end: number;
  readonly id: number;
  /** Null for packets without coded video or audio. */
  readonly header: PesHeader | null;
};

/** The id of a pack's header. */
export const PACK = 0xba;
const END = 0xb9;
/** The least stream id of video (ISO/IEC 13818-1 table 2-22). */
export const FIRST_VIDEO_ID = 0xe0;

/**
 * Yields the packets of `bytes` from the first that another one follows; omits a packet that is cut off at
 * the end.
 */
export function* psPackets(bytes: Uint8Array): Generator<PsPacket, void, void> {
  let at = firstPacket(bytes);
  while (at !== null && at + 6 <= bytes.length) {
    const end = packetEnd(bytes, at);
    if (end === null || end > bytes.length) return;
    yield { at, end, id: bytes[at + 3] ?? 0, header: readPesHeader(bytes, at) };
    at = isPacket(bytes, end) ? end : firstPacket(bytes, end);
  }
}

export function isProgramStream(head: Uint8Array): boolean {
  return isPacket(head, 0) && head[3] === PACK;
}

function isPacket(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0 && bytes[at + 1] === 0 && bytes[at + 2] === 1 && (bytes[at + 3] ?? 0) >= END;
}

/**
 * Finds the first packet: bytes within another one may look like a packet, but no other packet follows them.
 */
function firstPacket(bytes: Uint8Array, from = 0): number | null {
  for (let at = from; at + 6 <= bytes.length; at++) {
    if (!isPacket(bytes, at)) continue;
    const end = packetEnd(bytes, at);
    if (end !== null && end + 4 <= bytes.length && isPacket(bytes, end)) return at;
  }
  return null;
}

function packetEnd(bytes: Uint8Array, at: number): number | null {
  const byte = (i: number) => bytes[at + i] ?? 0;
  if (byte(3) === END) return at + 4;
  if (byte(3) !== PACK) return at + 6 + byte(4) * 256 + byte(5);
  if (byte(4) >> 6 === 1) return at + 14 + (byte(13) & 7);
  return byte(4) >> 4 === 2 ? at + 12 : null;
}
