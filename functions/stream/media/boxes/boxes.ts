import { damaged, Problem } from '../../base/problem.ts';

/** A box within a buffer: `[start, end)` with its header; its content begins at `body`. */
export type Box = {
  readonly type: string;
  readonly start: number;
  readonly body: number;
  readonly end: number;
};

/** More children than any box has in playable files. */
const MAX_CHILDREN = 10_000;

/**
 * Yields the boxes in `[start, end)` of `bytes`, in order (ISO/IEC 14496-12 §4.2). A box larger than its
 * parent ends the walk with `damaged-media`; a tail of less than eight bytes is ignored, since QuickTime
 * writes one.
 */
export function* childBoxes(bytes: Buffer, start: number, end: number): Generator<Box, void, void> {
  let count = 0;
  for (let position = start; position + 8 <= end; ) {
    if (++count > MAX_CHILDREN) throw damaged('The index of the file has too many boxes.');
    const box = boxAt(bytes, position, end);
    if (box === null) return;
    yield box;
    position = box.end;
  }
}

function boxAt(bytes: Buffer, start: number, parentEnd: number): Box | null {
  const size = bytes.readUInt32BE(start);
  const type = bytes.toString('latin1', start + 4, start + 8);
  // QuickTime ends lists of boxes with four zero bytes.
  if (size === 0 && type === '\0\0\0\0') return null;
  const isLong = size === 1;
  if (isLong && start + 16 > parentEnd) throw damaged(`The box ${name(type)} is cut off.`);
  const length = isLong ? Number(bytes.readBigUInt64BE(start + 8)) : size === 0 ? parentEnd - start : size;
  const headerBytes = isLong ? 16 : 8;
  if (length < headerBytes || start + length > parentEnd) {
    throw damaged(`The box ${name(type)} claims a size that it cannot have.`);
  }
  return { type, start, body: start + headerBytes, end: start + length };
}

export function findBox(
  bytes: Buffer,
  parent: Pick<Box, 'body' | 'end'>,
  ...path: readonly string[]
): Box | null {
  const [type, ...rest] = path;
  for (const box of childBoxes(bytes, parent.body, parent.end)) {
    if (box.type === type) return rest.length === 0 ? box : findBox(bytes, box, ...rest);
  }
  return null;
}

/**
 * Returns the problem behind a reading error: Buffer's RangeErrors mean that a box is shorter than its own
 * format.
 */
export function asDamaged(error: unknown): unknown {
  if (error instanceof Problem || !(error instanceof RangeError)) return error;
  return damaged('The index of the file is damaged.', { cause: error });
}

/** Converts a 64-bit number to one that can be counted with; throws `damaged-media` beyond 2^53. */
export function countable(value: bigint): number {
  if (value > MAX_COUNTABLE || value < -MAX_COUNTABLE)
    throw damaged('The index of the file has absurd times.');
  return Number(value);
}

const MAX_COUNTABLE = BigInt(Number.MAX_SAFE_INTEGER);

/** Wraps the same bytes without a copy: an index may have a hundred megabytes. */
export function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Returns a box's type as text that is safe to show. */
export function name(type: string): string {
  return JSON.stringify(type.replace(/[^\x20-\x7e]/g, '?'));
}
