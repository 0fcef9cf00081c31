import type { Colour } from '../model/media.ts';
import { type BitCursor, exponential, skipBits, skipExponentials } from './bit-cursor.ts';

/** The fields of the video usability information that affect how frames look. */
export type Vui = {
  /** Width to height of a pixel; null if unknown. */
  readonly pixelAspect: readonly [width: number, height: number] | null;
  /** Null if unknown. */
  readonly colour: Colour | null;
};

/** Reads the beginning of `vui_parameters`, which H.264 (annex E.1.1) and HEVC (annex E.2.1) share. */
export function readVui(bits: BitCursor): Vui {
  const pixelAspect = bits.flag() ? readPixelAspect(bits) : null;
  if (bits.flag()) bits.read(1);
  if (!bits.flag()) return { pixelAspect, colour: null };
  bits.read(3);
  const isFullRange = bits.flag();
  if (!bits.flag()) return { pixelAspect, colour: isFullRange ? FULL_RANGE : null };
  const [primaries, transfer, matrix] = [bits.read(8), bits.read(8), bits.read(8)];
  return { pixelAspect, colour: { primaries, transfer, matrix, isFullRange } };
}

/**
 * Reads the rest of it in H.264 (annex E.1.1): the most frames that precede one in decoding and follow it in
 * display. Null if unknown.
 */
export function readReorderFrames(bits: BitCursor): number | null {
  // Chroma sample locations, and timing.
  if (bits.flag()) skipExponentials(bits, 2);
  if (bits.flag()) skipBits(bits, 65);
  const hasBuffers = [readBuffers(bits), readBuffers(bits)].includes(true);
  skipBits(bits, hasBuffers ? 2 : 1);
  if (!bits.flag()) return null;
  bits.read(1);
  skipExponentials(bits, 4);
  return exponential(bits);
}

/** Skips `hrd_parameters` (annex E.1.2), if present. */
function readBuffers(bits: BitCursor): boolean {
  if (!bits.flag()) return false;
  const count = Math.min(32, exponential(bits) + 1);
  bits.read(8);
  for (let i = 0; i < count; i++) {
    skipExponentials(bits, 2);
    bits.read(1);
  }
  skipBits(bits, 20);
  return true;
}

/** Only the range is given. */
const FULL_RANGE: Colour = { primaries: 2, transfer: 2, matrix: 2, isFullRange: true };

/** ITU-T H.273 §8.6, from index 1. */
const ASPECTS = [
  ...['1:1', '12:11', '10:11', '16:11', '40:33', '24:11', '20:11', '32:11', '80:33'],
  ...['18:11', '15:11', '64:33', '160:99', '4:3', '3:2', '2:1'],
].map((ratio) => ratio.split(':').map(Number) as [number, number]);

function readPixelAspect(bits: BitCursor): Vui['pixelAspect'] {
  const index = bits.read(8);
  if (index !== 255) return ASPECTS[index - 1] ?? null;
  const [width, height] = [bits.read(16), bits.read(16)];
  return width > 0 && height > 0 ? [width, height] : null;
}
