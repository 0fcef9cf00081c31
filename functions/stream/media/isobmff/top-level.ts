import { damaged, unsupported } from '../../base/problem.ts';
import type { RandomAccess } from '../../source/bytes.ts';
import { asBuffer } from '../boxes/boxes.ts';

/** A box at the top of a file: `[start, end)` in the file, cut at the file's end if `isCutOff`. */
export type TopLevelBox = {
  readonly type: string;
  readonly start: number;
  readonly headerBytes: number;
  readonly end: number;
  readonly isCutOff: boolean;
};

/** First boxes of ISO base media and QuickTime files. */
const FIRST_TYPES = new Set([
  'ftyp',
  'styp',
  'moov',
  'mdat',
  'free',
  'skip',
  'wide',
  'pnot',
  'moof',
  'sidx',
  'emsg',
  'prft',
  'uuid',
]);
const MAX_BOXES = 20_000;
/** After so many fragments, or boxes, and bytes, the walk stops: each header costs a read of its own. */
const WALKED_FRAGMENTS = 64;
const WALKED_BOXES = 1_000;
const WALKED_BYTES = 64 * 1024 * 1024;

export type TopLevel = {
  readonly boxes: readonly TopLevelBox[];
  /** The first index, header included; null without one. */
  readonly moov: { readonly box: TopLevelBox; readonly bytes: Buffer } | null;
  /** True if the walk came to the file's end, or to bytes that are no box. */
  readonly isWhole: boolean;
};

/**
 * Walks a file's top-level boxes by their headers, and reads the index on the way. Null if the file does not
 * begin like one of its kind. Bounded: only the beginning of a long fragmented file is walked.
 */
export async function walkTopLevel(file: RandomAccess): Promise<TopLevel | null> {
  let fragments = 0;
  let moov: TopLevel['moov'] = null;
  const boxes: TopLevelBox[] = [];
  for (let start = 0; start + 8 <= file.sizeBytes; ) {
    const box = await readHeader(file, start, boxes);
    if (boxes.length === 0 && (box === null || !FIRST_TYPES.has(box.type))) return null;
    // Padding after the last box is no damage.
    if (box === null) break;
    boxes.push(box);
    if (box.type === 'moof') fragments++;
    // Read before the headers after it, which the same read brings along.
    if (box.type === 'moov') moov ??= { box, bytes: await readIndex(file, box) };
    start = box.end;
    const isLong = start > WALKED_BYTES && (fragments > WALKED_FRAGMENTS || boxes.length > WALKED_BOXES);
    if ((isLong || boxes.length === MAX_BOXES) && start + 8 <= file.sizeBytes)
      return { boxes, moov, isWhole: false };
  }
  return boxes.length === 0 ? null : { boxes, moov, isWhole: true };
}

/** A day of 60 frames a second, as ffmpeg writes it, has 160 MB. Its parsed form takes a quarter. */
const MAX_MOOV_BYTES = 256 * 1024 * 1024;

async function readIndex(file: RandomAccess, { start, end, isCutOff }: TopLevelBox): Promise<Buffer> {
  if (isCutOff) throw damaged('The file ends within its index (moov box).');
  if (end - start > MAX_MOOV_BYTES)
    throw unsupported(`The index of the file has ${end - start} bytes, too many to be read.`);
  const bytes = asBuffer(await file.read(start, end));
  if (bytes.length < end - start) throw damaged('The file ends within its index (moov box).');
  return bytes;
}

async function readHeader(
  file: RandomAccess,
  start: number,
  before: readonly TopLevelBox[],
): Promise<TopLevelBox | null> {
  const bytes = Buffer.from(await file.read(start, start + 16));
  const size = bytes.readUInt32BE(0);
  const type = bytes.toString('latin1', 4, 8);
  if (!/^[\x20-\x7e\xa9]{4}$/.test(type)) return null;
  if (size === 1 && bytes.length < 16) return null;
  const headerBytes = size === 1 ? 16 : 8;
  const length = size === 1 ? Number(bytes.readBigUInt64BE(8)) : size === 0 ? file.sizeBytes - start : size;
  if (length < headerBytes) {
    // Rubbish after a file with its index and its media does no harm.
    if (before.some((box) => box.type === 'moov') && before.some((box) => box.type === 'mdat')) return null;
    throw damaged(`The box "${type}" at byte ${start} claims a size that it cannot have.`);
  }
  const end = Math.min(start + length, file.sizeBytes);
  return { type, start, headerBytes, end, isCutOff: start + length > file.sizeBytes };
}
