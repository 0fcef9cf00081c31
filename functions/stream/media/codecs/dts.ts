import { bitCursor, skipBits } from './bitstream.ts';
import type { OwnFormat } from './own-format.ts';

const SYNC_WORD = 0x7ffe8001;
/** Channels by arrangement (ETSI TS 102 114 table 5-4); above these, a user has defined them. */
const CHANNELS = [1, 2, 2, 2, 2, 3, 3, 4, 4, 5, 6, 6, 6, 7, 8, 8];
/** Table 5-5; null for invalid codes. */
const RATES = [
  ...[null, 8000, 16_000, 32_000, null, null, 11_025, 22_050, 44_100, null, null, 12_000, 24_000, 48_000],
];

/**
 * Reads the header of a packet of DTS that is one core frame (ETSI TS 102 114 §5.3.1): extensions, which add channels or
 * rates, have headers of their own, and null is returned for them.
 */
export function dtsFormat(packet: Uint8Array): OwnFormat | null {
  const bits = bitCursor(packet);
  if (bits.read(32) !== SYNC_WORD) return null;
  // Type, deficit, checksum and number of blocks.
  skipBits(bits, 1 + 5 + 1 + 7);
  const frameBytes = bits.read(14) + 1;
  const [arrangement, rate] = [bits.read(6), bits.read(4)];
  // Bitrate, five flags, and the kind of an extension.
  skipBits(bits, 5 + 5 + 3);
  const isExtended = bits.flag();
  skipBits(bits, 1);
  const hasLowFrequencies = [1, 2].includes(bits.read(2));
  const [channels, sampleRate] = [CHANNELS[arrangement], RATES[rate]];
  if (isExtended || frameBytes !== packet.length || channels === undefined || sampleRate == null) return null;
  return { channels: channels + (hasLowFrequencies ? 1 : 0), sampleRate, bitsPerSample: null };
}
