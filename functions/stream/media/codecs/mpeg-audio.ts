import type { OwnFormat } from './own-format.ts';

const isMpegAudio = (frame: Uint8Array) => frame[0] === 0xff && ((frame[1] ?? 0) & 0xe0) === 0xe0;

/** Tells whether a frame's header is MPEG audio of layer III, not of layers I and II. */
export function isLayer3(frame: Uint8Array): boolean {
  return isMpegAudio(frame) && ((frame[1] ?? 0) & 0x06) === 0x02;
}

/** Hertz of MPEG-1, by the index in a header; the other versions have a half and a quarter of them. */
export const SAMPLE_RATES = [44_100, 48_000, 32_000];

/**
 * Reads a frame's header of any layer (ISO/IEC 11172-3 §2.4.1.3), whose last byte begins with the mode, of which the
 * fourth is one channel; null for other bytes.
 */
export function mpegAudioFormat(frame: Uint8Array): OwnFormat | null {
  const [, version = 0, rates = 0, mode = 0] = frame;
  const rate = SAMPLE_RATES[(rates >> 2) & 3];
  // MPEG-1, 2 and 2.5: each has half the rates of the one before.
  const divisor = [4, 0, 2, 1][(version >> 3) & 3] ?? 0;
  const layer = (version >> 1) & 3;
  if (!isMpegAudio(frame) || layer === 0 || rate === undefined || divisor === 0) return null;
  return { channels: mode >> 6 === 3 ? 1 : 2, sampleRate: rate / divisor, bitsPerSample: null };
}
