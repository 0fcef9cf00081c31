import { bitCursor, exponential, skipExponentials, withoutEmulation } from './bitstream.ts';
import { HIGH_PROFILES, readHighFormat, readOrderCount } from './sps.ts';

/** The fields of a sequence parameter set that slice headers depend on (H.264 §7.3.2.1.1). */
export type H264Sequence = {
  readonly id: number;
  readonly hasChroma: boolean;
  readonly frameNumberBits: number;
  readonly orderType: number;
  /** Of type 0. */
  readonly orderBits: number;
  /** Of type 1. */
  readonly isOrderFixed: boolean;
  readonly hasFields: boolean;
};

/** The same of a picture parameter set (§7.3.2.2). */
export type H264Picture = {
  readonly id: number;
  readonly sequenceId: number;
  readonly isCabac: boolean;
  readonly hasOrderOfFields: boolean;
  readonly references: readonly [number, number];
  readonly isWeighted: boolean;
  readonly biWeighting: number;
  readonly hasDeblocking: boolean;
  readonly hasRedundant: boolean;
};

/** Returns null for a set that is cut short, or of a form that no player plays (planes of their own). */
export function readH264Sequence(unit: Uint8Array): H264Sequence | null {
  const bits = bitCursor(withoutEmulation(unit));
  bits.read(8);
  const profile = bits.read(8);
  bits.read(16);
  const id = exponential(bits);
  const { chromaFormat } = HIGH_PROFILES.has(profile) ? readHighFormat(bits) : { chromaFormat: 1 };
  if (chromaFormat > 2) return null;
  const frameNumberBits = exponential(bits) + 4;
  const order = readOrderCount(bits);
  exponential(bits);
  bits.read(1);
  skipExponentials(bits, 2);
  const hasFields = !bits.flag();
  if (bits.isPastEnd() || frameNumberBits > 16 || order.bits > 16) return null;
  return {
    ...{ id, hasChroma: chromaFormat !== 0, frameNumberBits, hasFields },
    ...{ orderType: order.type, orderBits: order.bits, isOrderFixed: order.isFixed },
  };
}

/** Returns null for a set that is cut short, or has groups of slices, which no player plays. */
export function readH264Picture(unit: Uint8Array): H264Picture | null {
  const bits = bitCursor(withoutEmulation(unit));
  bits.read(8);
  const id = exponential(bits);
  const sequenceId = exponential(bits);
  const isCabac = bits.flag();
  const hasOrderOfFields = bits.flag();
  if (exponential(bits) !== 0) return null;
  const references = [exponential(bits) + 1, exponential(bits) + 1] as const;
  const isWeighted = bits.flag();
  const biWeighting = bits.read(2);
  skipExponentials(bits, 3);
  const hasDeblocking = bits.flag();
  bits.read(1);
  const hasRedundant = bits.flag();
  if (bits.isPastEnd()) return null;
  return {
    ...{ id, sequenceId, isCabac, hasOrderOfFields, references },
    ...{ isWeighted, biWeighting, hasDeblocking, hasRedundant },
  };
}
