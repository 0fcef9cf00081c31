import type { PacketLayout } from './program-clock.ts';
import { PACKET_BYTES } from './ts-packet.ts';

export type Continued = {
  readonly pid: number;
  /** Continuity counter of the packet that follows. */
  readonly nextCount: number;
  readonly layout: PacketLayout;
};

const PAYLOAD_BYTES = PACKET_BYTES - 4;

/** Splits a PES packet into transport packets (ISO/IEC 13818-1 §2.4.3.2), filled up by adaptation fields. */
export function writeTsPackets(pes: Uint8Array, { pid, nextCount, layout }: Continued): Uint8Array {
  const count = Math.ceil(pes.length / PAYLOAD_BYTES);
  const bytes = Buffer.alloc(count * layout.stride);
  for (let i = 0; i < count; i++) {
    const payload = pes.subarray(i * PAYLOAD_BYTES, (i + 1) * PAYLOAD_BYTES);
    const at = i * layout.stride + layout.offset;
    const filler = PAYLOAD_BYTES - payload.length;
    bytes[at] = 0x47;
    bytes.writeUInt16BE((i === 0 ? 0x4000 : 0) | pid, at + 1);
    bytes[at + 3] = (filler === 0 ? 0x10 : 0x30) | ((nextCount - count + i) & 15);
    if (filler > 0) bytes.fill(0xff, at + 4, at + 4 + filler);
    // The field's length, and its flags.
    if (filler > 0) bytes[at + 4] = filler - 1;
    if (filler > 1) bytes[at + 5] = 0;
    bytes.set(payload, at + 4 + filler);
  }
  return bytes;
}
