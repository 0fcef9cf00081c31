/**
 * Counts the samples at 48 kHz in an Opus packet (RFC 6716 §3.1); null if its first byte and its count do not
 * fit.
 */
export function opusSamples(packet: Uint8Array): number | null {
  const toc = packet[0];
  if (toc === undefined) return null;
  const config = toc >> 3;
  const perFrame = config < 12 ? SILK[config & 3] : config < 16 ? HYBRID[config & 1] : CELT[config & 3];
  const code = toc & 3;
  const count = code === 0 ? 1 : code < 3 ? 2 : (packet[1] ?? 0) & 0x3f;
  const samples = (perFrame ?? 0) * count;
  return samples > 0 && samples <= 5760 ? samples : null;
}

const SILK = [480, 960, 1920, 2880];
const HYBRID = [480, 960];
const CELT = [120, 240, 480, 960];

/** Counts the samples in a FLAC frame by its header (RFC 9639 §9.1); null if it is none. */
export function flacSamples(frame: Uint8Array): number | null {
  if (frame[0] !== 0xff || ((frame[1] ?? 0) & 0xfc) !== 0xf8) return null;
  const code = (frame[2] ?? 0) >> 4;
  if (code === 1) return 192;
  if (code >= 2 && code <= 5) return 576 << (code - 2);
  if (code >= 8) return 256 << (code - 8);
  if (code === 0) return null;
  // The size follows the frame's number, which is coded like a character of UTF-8.
  const ones = Math.clz32(~((frame[4] ?? 0) << 24));
  const at = 4 + Math.max(1, ones);
  return code === 6 ? (frame[at] ?? 0) + 1 : ((frame[at] ?? 0) << 8) + (frame[at + 1] ?? 0) + 1;
}
