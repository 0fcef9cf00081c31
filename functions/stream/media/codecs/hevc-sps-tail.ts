import { type BitCursor, exponential, skipExponentials } from './bit-cursor.ts';
import type { Sps } from './sps.ts';
import { readVui, type Vui } from './vui.ts';

/** The fields of a sequence parameter set after its size: null if absent or senseless. */
export type SpsTail = Pick<Sps, 'vui' | 'reorderFrames'>;

/**
 * Reads an HEVC sequence parameter set from its bit depths on, up to its usability information (H.265
 * §7.3.2.2.1).
 */
export function readHevcTail(bits: BitCursor, temporalLayers: number): SpsTail {
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
