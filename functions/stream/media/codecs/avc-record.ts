import { asBuffer } from '../boxes/boxes.ts';
import { bitCursor, exponential, withoutEmulation } from './bitstream.ts';

/** The contents of `avcC` (ISO/IEC 14496-15 §5.3.3.1). */
export type AvcRecord = {
  /** Level times ten. */
  readonly level: number;
  /** Bytes of the length before each unit. */
  readonly lengthSize: number;
  readonly sequenceSets: readonly Uint8Array[];
  readonly pictureSets: readonly Uint8Array[];
};

/** Reads a record; null for one that ends early. */
export function readAvcRecord(bytes: Uint8Array): AvcRecord | null {
  let at = 5;
  const sets = (mask: number): Uint8Array[] | null => {
    const found: Uint8Array[] = [];
    const count = (bytes[at++] ?? 0) & mask;
    for (let i = 0; i < count; i++) {
      const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
      found.push(bytes.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
    return at > bytes.byteLength ? null : found;
  };
  const sequenceSets = sets(0x1f);
  const pictureSets = sequenceSets && sets(0xff);
  if (!sequenceSets?.length || !pictureSets?.length) return null;
  return { level: bytes[3] ?? 0, lengthSize: ((bytes[4] ?? 0) & 3) + 1, sequenceSets, pictureSets };
}

/** The number that the parameter sets of encoded parts have, the highest there is: those of a film begin at 0. */
export const PART_SETS = 31;

/** Tells whether the sets of encoded parts can stand beside those of a film. */
export function takesParts({ lengthSize, sequenceSets, pictureSets }: AvcRecord): boolean {
  // The profile, its constraints and the level come before the number of a sequence's set.
  const isFree = (set: Uint8Array, skipped: number) =>
    exponential(bitCursor(withoutEmulation(set).subarray(skipped))) !== PART_SETS;
  return (
    lengthSize === 4 &&
    sequenceSets.length < 31 &&
    pictureSets.length < 255 &&
    sequenceSets.every((set) => set.length > 4 && isFree(set, 4)) &&
    pictureSets.every((set) => set.length > 1 && isFree(set, 1))
  );
}

/** Writes a record of both, in the High profile, 8 bits and 4:2:0. */
export function jointRecord(one: AvcRecord, other: AvcRecord): Buffer {
  const list = (sets: readonly Uint8Array[]) =>
    sets.flatMap((set) => [Buffer.from([set.length >> 8, set.length & 0xff]), asBuffer(set)]);
  const sequenceSets = [...one.sequenceSets, ...other.sequenceSets];
  const pictureSets = [...one.pictureSets, ...other.pictureSets];
  return Buffer.concat([
    Buffer.from([1, 100, 0, Math.max(one.level, other.level), 0xfc | (one.lengthSize - 1)]),
    Buffer.from([0xe0 | sequenceSets.length]),
    ...list(sequenceSets),
    Buffer.from([pictureSets.length]),
    ...list(pictureSets),
    Buffer.from([0xfd, 0xf8, 0xf8, 0]),
  ]);
}
