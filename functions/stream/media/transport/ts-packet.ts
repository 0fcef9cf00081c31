import type { PacketLayout } from './program-clock.ts';

export const PACKET_BYTES = 188;

/** One packet of a transport stream (ISO/IEC 13818-1 §2.4.3.2), by its place in the given bytes. */
export type TsPacket = {
  readonly at: number;
  readonly pid: number;
  /** True if a PES packet, or a section, begins in it. */
  readonly isStart: boolean;
  /** True if it is marked as one at which decoding can begin (`random_access_indicator`). */
  readonly isMarked: boolean;
  /** Offset of its payload; null if it has none. */
  readonly payloadAt: number | null;
};

/** Yields the packets of `bytes`, which lie at `position` of the file; skips bytes out of their rhythm. */
export function* tsPackets(
  bytes: Uint8Array,
  position: number,
  { offset, stride }: PacketLayout,
): Generator<TsPacket, void, void> {
  const first = (((offset - position) % stride) + stride) % stride;
  for (let at = first; at + PACKET_BYTES <= bytes.length; at += stride) {
    if (bytes[at] !== 0x47) continue;
    const control = ((bytes[at + 3] ?? 0) >> 4) & 3;
    const payloadAt = control === 1 ? at + 4 : at + 5 + (bytes[at + 4] ?? 0);
    yield {
      at,
      pid: (((bytes[at + 1] ?? 0) & 0x1f) << 8) | (bytes[at + 2] ?? 0),
      isStart: ((bytes[at + 1] ?? 0) & 0x40) !== 0,
      isMarked: (control & 2) !== 0 && (bytes[at + 4] ?? 0) > 0 && ((bytes[at + 5] ?? 0) & 0x40) !== 0,
      payloadAt: (control & 1) === 1 && payloadAt < at + PACKET_BYTES ? payloadAt : null,
    };
  }
}
