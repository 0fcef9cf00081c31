const POLYNOMIAL = 0x04c1_1db7;

/**
 * Computes a CRC-32 from the highest bit on, as Ogg (RFC 3533 §6, from 0) and sections of MPEG-TS (ISO/IEC 13818-1
 * annex A, from 0xffffffff) have it.
 */
export function crc32FromHighest(bytes: Uint8Array, initial: number): number {
  let crc = initial;
  for (const byte of bytes) crc = (crc << 8) ^ (TABLE[((crc >>> 24) ^ byte) & 0xff] ?? 0);
  return crc >>> 0;
}

const TABLE = Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000_0000 ? (crc << 1) ^ POLYNOMIAL : crc << 1;
  return crc;
});
