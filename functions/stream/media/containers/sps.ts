import { type BitCursor, bitCursor } from './bit-cursor.ts';

/** What configuration boxes and planning need of an H.264 or HEVC sequence parameter set. */
export type Sps = {
  /** Of the bytes that configuration boxes repeat: profile, compatibility and level. */
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
};

/** Rec. ITU-T H.264 §7.3.2.1.1; null where it is cut short or makes no sense. */
export function parseH264Sps(unit: Uint8Array): Sps | null {
  const payload = withoutEmulation(unit);
  const bits = bitCursor(payload);
  bits.read(8);
  const profile = bits.read(8);
  bits.read(16);
  exponential(bits);
  const format = HIGH_PROFILES.has(profile) ? readHighFormat(bits) : EIGHT_BIT;
  exponential(bits);
  readPictureOrder(bits);
  exponential(bits);
  bits.read(1);
  exponential(bits);
  exponential(bits);
  const isInterlaced = !bits.flag();
  const profileTierLevel = payload.subarray(1, 4);
  return checked(bits, { ...format, profileTierLevel, isInterlaced, temporalLayers: 1, isNested: true });
}

/** Rec. ITU-T H.265 §7.3.2.2.1; null where it is cut short or makes no sense. */
export function parseHevcSps(unit: Uint8Array): Sps | null {
  const payload = withoutEmulation(unit);
  const bits = bitCursor(payload);
  bits.read(20);
  const temporalLayers = bits.read(3) + 1;
  const isNested = bits.flag();
  skip(bits, 96);
  const profileTierLevel = payload.subarray(3, 15);
  const isFieldSequence =
    ((profileTierLevel[5] ?? 0) & 0x40) !== 0 && ((profileTierLevel[5] ?? 0) & 0x80) === 0;
  skipSubLayers(bits, temporalLayers - 1);
  exponential(bits);
  const chromaFormat = exponential(bits);
  if (chromaFormat === 3) bits.read(1);
  exponential(bits);
  exponential(bits);
  if (bits.flag()) for (let i = 0; i < 4; i++) exponential(bits);
  const lumaDepth = 8 + exponential(bits);
  const chromaDepth = 8 + exponential(bits);
  const format = { chromaFormat, lumaDepth, chromaDepth };
  return checked(bits, {
    ...format,
    profileTierLevel,
    isInterlaced: isFieldSequence,
    temporalLayers,
    isNested,
  });
}

const HIGH_PROFILES = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);
const EIGHT_BIT = { chromaFormat: 1, lumaDepth: 8, chromaDepth: 8 };

function checked(bits: BitCursor, sps: Sps): Sps | null {
  if (bits.isPastEnd() || sps.profileTierLevel.length < 3) return null;
  return sps.chromaFormat <= 3 && sps.lumaDepth <= 16 && sps.chromaDepth <= 16 ? sps : null;
}

function readHighFormat(bits: BitCursor) {
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

/** H.264 §7.3.2.1.1.1: once a scale becomes zero, the rest of the list repeats the last. */
function skipScalingList(bits: BitCursor, size: number): void {
  let scale = 8;
  for (let i = 0; i < size && scale !== 0; i++) {
    const code = exponential(bits);
    const delta = code % 2 === 1 ? (code + 1) / 2 : -code / 2;
    scale = (scale + delta + 256) % 256;
  }
}

function readPictureOrder(bits: BitCursor): void {
  const type = exponential(bits);
  if (type === 0) exponential(bits);
  if (type !== 1) return;
  bits.read(1);
  exponential(bits);
  exponential(bits);
  const count = Math.min(255, exponential(bits));
  for (let i = 0; i < count; i++) exponential(bits);
}

function skipSubLayers(bits: BitCursor, count: number): void {
  const layers = Array.from({ length: count }, () => ({ hasProfile: bits.flag(), hasLevel: bits.flag() }));
  if (count > 0) skip(bits, (8 - count) * 2);
  for (const { hasProfile, hasLevel } of layers) skip(bits, (hasProfile ? 88 : 0) + (hasLevel ? 8 : 0));
}

function skip(bits: BitCursor, count: number): void {
  for (let i = 0; i < count; i += 8) bits.read(Math.min(8, count - i));
}

/** An Exp-Golomb code (H.264 §9.1). */
function exponential(bits: BitCursor): number {
  let zeros = 0;
  while (zeros < 32 && !bits.isPastEnd() && !bits.flag()) zeros++;
  return 2 ** zeros - 1 + bits.read(zeros);
}

/** Without the bytes that keep start codes out of the payload (H.264 §7.4.1). */
function withoutEmulation(unit: Uint8Array): Uint8Array {
  const payload = new Uint8Array(unit.length);
  let length = 0;
  let zeros = 0;
  for (const byte of unit) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    payload[length++] = byte;
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return payload.subarray(0, length);
}
