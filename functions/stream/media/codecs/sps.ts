import type { Colour } from '../model/media.ts';
import {
  type BitCursor,
  bitCursor,
  exponential,
  signedExponential,
  skipBits,
  skipExponentials,
  withoutEmulation,
} from './bitstream.ts';

/** The fields of an H.264 or HEVC sequence parameter set that configuration boxes and planning need. */
export type Sps = {
  /** The bytes that configuration boxes repeat: profile, compatibility and level. */
  readonly profileTierLevel: Uint8Array;
  /** 0 to 3: monochrome, 4:2:0, 4:2:2, 4:4:4. */
  readonly chromaFormat: number;
  readonly lumaDepth: number;
  readonly chromaDepth: number;
  /** The stream may hold fields. */
  readonly isInterlaced: boolean;
  /** HEVC's temporal sub-layers, and whether they nest. */
  readonly temporalLayers: number;
  readonly isNested: boolean;
  /** Pixels of the shown frame, without coded pixels that are cropped. */
  readonly width: number;
  readonly height: number;
  /** Null if absent or unreadable. */
  readonly vui: Vui | null;
  /** Frames that may precede one in decoding and follow it in display; null if unknown. */
  readonly reorderFrames: number | null;
};

/** The fields of a sequence parameter set after its size: null if absent or senseless. */
export type SpsTail = Pick<Sps, 'vui' | 'reorderFrames'>;

/** The fields of the video usability information that affect how frames look. */
export type Vui = {
  /** Width to height of a pixel; null if unknown. */
  readonly pixelAspect: readonly [width: number, height: number] | null;
  /** Null if unknown. */
  readonly colour: Colour | null;
};

/** Parses by Rec. ITU-T H.264 §7.3.2.1.1; null if the set is cut short or makes no sense. */
export function parseH264Sps(unit: Uint8Array): Sps | null {
  const payload = withoutEmulation(unit);
  const bits = bitCursor(payload);
  bits.read(8);
  const profile = bits.read(8);
  bits.read(16);
  exponential(bits);
  const format = HIGH_PROFILES.has(profile) ? readHighFormat(bits) : EIGHT_BIT;
  exponential(bits);
  const isInOrder = readOrderCount(bits).type === SHOWN_AS_DECODED;
  exponential(bits);
  bits.read(1);
  const codedWidth = (exponential(bits) + 1) * 16;
  const mapHeight = (exponential(bits) + 1) * 16;
  const isInterlaced = !bits.flag();
  if (isInterlaced) bits.read(1);
  bits.read(1);
  const [across, down] = cropUnit(format.chromaFormat);
  const fields = isInterlaced ? 2 : 1;
  const size = readCrop(bits, codedWidth, mapHeight * fields, [across, down * fields]);
  const profileTierLevel = payload.subarray(1, 4);
  const sps = { ...format, ...size, profileTierLevel, isInterlaced, temporalLayers: 1, isNested: true };
  return checkedSps(bits, sps, () => readH264Tail(bits, isInOrder ? 0 : null));
}

export const HIGH_PROFILES = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);
const EIGHT_BIT = { chromaFormat: 1, lumaDepth: 8, chromaDepth: 8 };

/** Reads the usability information only if the set before it makes sense; its own faults do not count. */
export function checkedSps(
  bits: BitCursor,
  sps: Omit<Sps, keyof SpsTail>,
  readTail: () => SpsTail,
): Sps | null {
  if (bits.isPastEnd() || sps.profileTierLevel.length < 3) return null;
  const hasSize = sps.width > 0 && sps.height > 0 && sps.width <= 65_535 && sps.height <= 65_535;
  if (!hasSize || sps.chromaFormat > 3 || sps.lumaDepth > 16 || sps.chromaDepth > 16) return null;
  return { ...sps, ...readTail() };
}

function readH264Tail(bits: BitCursor, inOrder: 0 | null): SpsTail {
  const vui = bits.flag() ? readVui(bits) : null;
  if (vui === null || bits.isPastEnd()) return { vui: null, reorderFrames: inOrder };
  const told = readReorderFrames(bits);
  return { vui, reorderFrames: inOrder ?? (bits.isPastEnd() ? null : told) };
}

/** Returns the pixels per unit of the cropping offsets: those of the chroma planes. */
export function cropUnit(chromaFormat: number): readonly [across: number, down: number] {
  return [chromaFormat === 1 || chromaFormat === 2 ? 2 : 1, chromaFormat === 1 ? 2 : 1];
}

export function readCrop(
  bits: BitCursor,
  width: number,
  height: number,
  [across, down]: readonly [number, number],
) {
  if (!bits.flag()) return { width, height };
  const left = exponential(bits);
  const right = exponential(bits);
  const top = exponential(bits);
  const bottom = exponential(bits);
  return { width: width - (left + right) * across, height: height - (top + bottom) * down };
}

/** Reads what the sets of high profiles have more than others (H.264 §7.3.2.1.1). */
export function readHighFormat(bits: BitCursor) {
  const chromaFormat = exponential(bits);
  if (chromaFormat === 3) bits.read(1);
  const lumaDepth = 8 + exponential(bits);
  const chromaDepth = 8 + exponential(bits);
  bits.read(1);
  if (bits.flag()) {
    for (let i = 0; i < (chromaFormat === 3 ? 12 : 8); i++)
      if (bits.flag()) skipScalingList(bits, i < 6 ? 16 : 64);
  }
  return { chromaFormat, lumaDepth, chromaDepth };
}

/** Skips a list by H.264 §7.3.2.1.1.1: once a scale becomes zero, the rest of the list repeats the last. */
function skipScalingList(bits: BitCursor, size: number): void {
  let scale = 8;
  for (let i = 0; i < size && scale !== 0; i++) {
    scale = (scale + signedExponential(bits) + 256) % 256;
  }
}

/** The third type of picture order count (H.264 §8.2.1), which allows no reordering. */
const SHOWN_AS_DECODED = 2;

export type OrderCount = {
  readonly type: number;
  /** Of type 0: the bits of a count in slices. */
  readonly bits: number;
  /** Of type 1: whether slices have none. */
  readonly isFixed: boolean;
};

/** Reads how frames are put in the order in which they are shown (H.264 §7.3.2.1.1). */
export function readOrderCount(bits: BitCursor): OrderCount {
  const type = exponential(bits);
  if (type === 0) return { type, bits: exponential(bits) + 4, isFixed: false };
  if (type !== 1) return { type, bits: 0, isFixed: false };
  const isFixed = bits.flag();
  exponential(bits);
  exponential(bits);
  const count = Math.min(255, exponential(bits));
  for (let i = 0; i < count; i++) exponential(bits);
  return { type, bits: 0, isFixed };
}

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
