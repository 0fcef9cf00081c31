import { type BitCursor, bitCursor, exponential, skipExponentials } from './bitstream.ts';

import type { H264Picture, H264Sequence } from './h264-sets.ts';

export type H264Sets = {
  readonly sequences: ReadonlyMap<number, H264Sequence>;
  readonly frameSets: ReadonlyMap<number, H264Picture>;
};

const IDR = 5;
const [P, B, SP, SI] = [0, 1, 3, 4];
/** More references than any frame has. */
const MOST_REFERENCES = 32;

/**
 * Returns the bits of a slice's header with that of its unit, of which `payload` is the beginning without emulation
 * prevention (H.264 §7.3.3); null if the header is longer, makes no sense, or names a set that is not there.
 */
export function h264HeaderBits(payload: Uint8Array, { sequences, frameSets }: H264Sets): number | null {
  const bits = bitCursor(payload);
  bits.read(1);
  const isReference = bits.read(2) !== 0;
  const isIdr = bits.read(5) === IDR;
  exponential(bits);
  const type = exponential(bits) % 5;
  const frameSet = frameSets.get(exponential(bits));
  const sequence = frameSet && sequences.get(frameSet.sequenceId);
  if (frameSet === undefined || sequence === undefined) return null;
  bits.read(sequence.frameNumberBits);
  const isField = sequence.hasFields && bits.flag();
  if (isField) bits.read(1);
  if (isIdr) exponential(bits);
  skipOrder(bits, sequence, frameSet, isField);
  if (frameSet.hasRedundant) exponential(bits);
  if (type === B) bits.read(1);
  const references = readReferences(bits, type, frameSet);
  if (references === null) return null;
  const lists = type === B ? 2 : type === P || type === SP ? 1 : 0;
  for (let i = 0; i < lists; i++) if (!skipModifications(bits)) return null;
  const isWeighted = type === B ? frameSet.biWeighting === 1 : lists === 1 && frameSet.isWeighted;
  if (isWeighted) skipWeights(bits, references.slice(0, lists), sequence.hasChroma);
  if (isReference && !skipMarking(bits, isIdr)) return null;
  if (frameSet.isCabac && lists > 0) exponential(bits);
  exponential(bits);
  if (type === SP) bits.read(1);
  if (type === SP || type === SI) exponential(bits);
  if (frameSet.hasDeblocking && exponential(bits) !== 1) skipExponentials(bits, 2);
  return bits.isPastEnd() ? null : bits.position();
}

function skipOrder(
  bits: BitCursor,
  { orderType, orderBits, isOrderFixed }: H264Sequence,
  { hasOrderOfFields }: H264Picture,
  isField: boolean,
): void {
  const hasSecond = hasOrderOfFields && !isField;
  if (orderType === 0) {
    bits.read(orderBits);
    if (hasSecond) exponential(bits);
  }
  if (orderType === 1 && !isOrderFixed) skipExponentials(bits, hasSecond ? 2 : 1);
}

function readReferences(
  bits: BitCursor,
  type: number,
  { references }: H264Picture,
): readonly number[] | null {
  if (type !== P && type !== SP && type !== B) return references;
  if (!bits.flag()) return references;
  const own = [exponential(bits) + 1, type === B ? exponential(bits) + 1 : 0];
  return own.every((count) => count <= MOST_REFERENCES) ? own : null;
}

/** The kind that ends a list of modifications. */
const LAST_MODIFICATION = 3;

function skipModifications(bits: BitCursor): boolean {
  if (!bits.flag()) return true;
  for (let i = 0; i <= 2 * MOST_REFERENCES; i++) {
    const kind = exponential(bits);
    if (kind === LAST_MODIFICATION) return true;
    if (kind > LAST_MODIFICATION) return false;
    exponential(bits);
  }
  return false;
}

function skipWeights(bits: BitCursor, references: readonly number[], hasChroma: boolean): void {
  skipExponentials(bits, hasChroma ? 2 : 1);
  for (const count of references) {
    for (let i = 0; i < count; i++) {
      if (bits.flag()) skipExponentials(bits, 2);
      if (hasChroma && bits.flag()) skipExponentials(bits, 4);
    }
  }
}

/** How many numbers follow each operation of reference marking (§7.3.3.3). */
const MARKING_NUMBERS = [0, 1, 1, 2, 1, 0, 1];

function skipMarking(bits: BitCursor, isIdr: boolean): boolean {
  if (isIdr) {
    bits.read(2);
    return true;
  }
  if (!bits.flag()) return true;
  for (let i = 0; i <= 2 * MOST_REFERENCES; i++) {
    const operation = exponential(bits);
    if (operation === 0) return true;
    const numbers = MARKING_NUMBERS[operation];
    if (numbers === undefined) return false;
    skipExponentials(bits, numbers);
  }
  return false;
}
