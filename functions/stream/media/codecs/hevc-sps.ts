import {
  type BitCursor,
  bitCursor,
  exponential,
  skipBits,
  skipExponentials,
  withoutEmulation,
} from './bitstream.ts';
import { checkedSps, cropUnit, readCrop, readVui, type Sps, type SpsTail, type Vui } from './sps.ts';

/** Parses by Rec. ITU-T H.265 §7.3.2.2.1; null if the set is cut short or makes no sense. */
export function parseHevcSps(unit: Uint8Array): Sps | null {
  const payload = withoutEmulation(unit);
  const bits = bitCursor(payload);
  bits.read(20);
  const temporalLayers = bits.read(3) + 1;
  const isNested = bits.flag();
  skipBits(bits, 96);
  const profileTierLevel = payload.subarray(3, 15);
  const isFieldSequence =
    ((profileTierLevel[5] ?? 0) & 0x40) !== 0 && ((profileTierLevel[5] ?? 0) & 0x80) === 0;
  skipSubLayers(bits, temporalLayers - 1);
  exponential(bits);
  const chromaFormat = exponential(bits);
  if (chromaFormat === 3) bits.read(1);
  const codedWidth = exponential(bits);
  const codedHeight = exponential(bits);
  const size = readCrop(bits, codedWidth, codedHeight, cropUnit(chromaFormat));
  const lumaDepth = 8 + exponential(bits);
  const chromaDepth = 8 + exponential(bits);
  const format = { chromaFormat, lumaDepth, chromaDepth };
  const sps = {
    ...format,
    ...size,
    profileTierLevel,
    isInterlaced: isFieldSequence,
    temporalLayers,
    isNested,
  };
  return checkedSps(bits, sps, () => readHevcTail(bits, temporalLayers));
}

function skipSubLayers(bits: BitCursor, count: number): void {
  const layers = Array.from({ length: count }, () => ({ hasProfile: bits.flag(), hasLevel: bits.flag() }));
  if (count > 0) skipBits(bits, (8 - count) * 2);
  for (const { hasProfile, hasLevel } of layers) skipBits(bits, (hasProfile ? 88 : 0) + (hasLevel ? 8 : 0));
}

/**
 * Reads an HEVC sequence parameter set from its bit depths on, up to its usability information (H.265
 * §7.3.2.2.1).
 */
function readHevcTail(bits: BitCursor, temporalLayers: number): SpsTail {
  const orderBits = exponential(bits) + 4;
  const orderings = bits.flag() ? temporalLayers : 1;
  let reorderFrames = 0;
  for (let i = 0; i < orderings; i++) {
    exponential(bits);
    reorderFrames = exponential(bits);
    exponential(bits);
  }
  if (bits.isPastEnd()) return { vui: null, reorderFrames: null };
  return { vui: readUsability(bits, orderBits), reorderFrames };
}

function readUsability(bits: BitCursor, orderBits: number): Vui | null {
  skipExponentials(bits, 6);
  if (bits.flag() && bits.flag()) skipScalingLists(bits);
  bits.read(2);
  if (bits.flag()) {
    bits.read(8);
    skipExponentials(bits, 2);
    bits.read(1);
  }
  if (!skipReferenceSets(bits) || orderBits > 16) return null;
  if (bits.flag()) {
    const count = exponential(bits);
    if (count > 32) return null;
    for (let i = 0; i < count; i++) bits.read(orderBits + 1);
  }
  bits.read(2);
  if (!bits.flag() || bits.isPastEnd()) return null;
  const vui = readVui(bits);
  return bits.isPastEnd() ? null : vui;
}

/** Skips scaling lists (§7.3.4). */
function skipScalingLists(bits: BitCursor): void {
  for (let size = 0; size < 4; size++) {
    for (let matrix = 0; matrix < 6; matrix += size === 3 ? 3 : 1) {
      if (!bits.flag()) exponential(bits);
      else skipExponentials(bits, Math.min(64, 1 << (4 + size * 2)) + (size > 1 ? 1 : 0));
    }
  }
}

/** Skips the short-term reference picture sets (§7.3.7); false if they cannot be right. */
function skipReferenceSets(bits: BitCursor): boolean {
  const count = exponential(bits);
  if (count > 64) return false;
  let entries = 0;
  for (let i = 0; i < count; i++) {
    const next = i > 0 && bits.flag() ? skipPredictedSet(bits, entries) : skipOwnSet(bits);
    if (next === null || bits.isPastEnd()) return false;
    entries = next;
  }
  return true;
}

/** Skips a set that is coded by its difference from the one before it, which has `entries` entries. */
function skipPredictedSet(bits: BitCursor, entries: number): number {
  bits.read(1);
  exponential(bits);
  let remaining = 0;
  for (let i = 0; i <= entries; i++) if (bits.flag() || bits.flag()) remaining++;
  return remaining;
}

function skipOwnSet(bits: BitCursor): number | null {
  const entries = exponential(bits) + exponential(bits);
  if (entries > 32) return null;
  for (let i = 0; i < entries; i++) {
    exponential(bits);
    bits.read(1);
  }
  return entries;
}
