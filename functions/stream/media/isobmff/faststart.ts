import { damaged } from '../../base/problem.ts';
import type { Extent, RandomAccess } from '../../source/bytes.ts';
import { asBuffer, asDamaged, type Box, childBoxes } from '../boxes/boxes.ts';
import { type ErasedRange, erase, withoutPlaces } from './erase.ts';
import { isPlaceless } from './location.ts';
import type { Movie } from './movie.ts';

export type Faststart = { readonly extents: readonly Extent[]; readonly sizeBytes: number };

/**
 * Moves the moov in front of the media, as extents: with new chunk offsets, everything else unchanged, the
 * length known. With `withoutLocation`, locations become free space of the same size. Null if nothing would
 * change: fragmented files, and a moov in front already without a location to remove. Throws `damaged-media`.
 */
export async function faststart(
  movie: Movie,
  file: RandomAccess,
  { withoutLocation }: { readonly withoutLocation: boolean },
): Promise<Faststart | null> {
  const hides = withoutLocation && !isPlaceless(movie.locations);
  if (movie.fragments !== null || !(movie.moovAtEnd || hides)) return null;
  const { start, end } = movie.moov;
  const moovBytes = movie.moovBytes ?? asBuffer(await file.read(start, end));
  try {
    const erased = hides ? withoutPlaces({ ...movie, moovBytes }) : { moov: moovBytes, ranges: [] };
    const { moov, insertAt } = movie.moovAtEnd
      ? moveToFront(movie, erased.moov)
      : { moov: erased.moov, insertAt: movie.moov.start };
    return extents(movie, moov, insertAt, erased.ranges, file.sizeBytes);
  } catch (error) {
    throw asDamaged(error);
  }
}

function moveToFront({ topLevel, moov: old }: Movie, source: Buffer): { moov: Buffer; insertAt: number } {
  const [first] = topLevel;
  const insertAt = first?.type === 'ftyp' ? first.end : 0;
  const length = old.end - old.start;
  const place = (growth: number) => (offset: number) =>
    // Bytes after the old moov keep their distance from the file's end.
    offset >= old.end ? offset + growth : offset >= insertAt ? offset + length + growth : offset;
  let moov = moveChunks(source, place(0), false);
  // Past 4 GiB the offsets need eight bytes each, which moves everything once more.
  if (moov === null) {
    const wide = moveChunks(source, place(0), true);
    moov = wide && moveChunks(source, place(wide.length - length), true);
  }
  if (moov === null) throw damaged('The index of the file cannot be moved.');
  return { moov, insertAt };
}

function extents(
  { moov }: Movie,
  bytes: Buffer,
  at: number,
  erased: readonly ErasedRange[],
  fileSizeBytes: number,
): Faststart {
  const list: Extent[] = [
    ...erase({ start: 0, end: at }, erased),
    { kind: 'bytes', bytes },
    ...erase({ start: at, end: moov.start }, erased),
    ...erase({ start: moov.end, end: fileSizeBytes }, erased),
  ];
  return { extents: list, sizeBytes: fileSizeBytes - (moov.end - moov.start) + bytes.length };
}

/** Path to the chunk offsets: a box counts in its own place only, so that nesting has an end. */
const PATH = ['moov', 'trak', 'mdia', 'minf', 'stbl'];

/** Copies a box with all chunk offsets moved; null if one does not fit into four bytes and `wide` is off. */
function moveChunks(bytes: Buffer, place: (offset: number) => number, wide: boolean): Buffer | null {
  const [root] = childBoxes(bytes, 0, bytes.length);
  return root === undefined ? null : moveBox(bytes, root, 0, place, wide);
}

function moveBox(
  bytes: Buffer,
  box: Box,
  depth: number,
  place: (offset: number) => number,
  wide: boolean,
): Buffer | null {
  const isTable = box.type === 'stco' || box.type === 'co64';
  if (isTable && depth === PATH.length) return moveOffsets(bytes, box, place, wide);
  if (box.type !== PATH[depth]) return bytes.subarray(box.start, box.end);
  const parts: Buffer[] = [];
  let tail = box.body;
  for (const child of childBoxes(bytes, box.body, box.end)) {
    const moved = moveBox(bytes, child, depth + 1, place, wide);
    if (moved === null) return null;
    parts.push(moved);
    tail = child.end;
  }
  parts.push(bytes.subarray(tail, box.end));
  return writeBox(box.type, Buffer.concat(parts), box.body - box.start === 16);
}

function moveOffsets(
  bytes: Buffer,
  box: Box,
  place: (offset: number) => number,
  wide: boolean,
): Buffer | null {
  const isWide = box.type === 'co64';
  const stride = isWide ? 8 : 4;
  const count = Math.min(bytes.readUInt32BE(box.body + 4), Math.floor((box.end - box.body - 8) / stride));
  const toWide = isWide || wide;
  const moved = Buffer.alloc(8 + count * (toWide ? 8 : 4));
  moved.writeUInt32BE(count, 4);
  for (let i = 0; i < count; i++) {
    const at = box.body + 8 + i * stride;
    const offset = place(isWide ? Number(bytes.readBigUInt64BE(at)) : bytes.readUInt32BE(at));
    if (toWide) moved.writeBigUInt64BE(BigInt(offset), 8 + i * 8);
    else if (offset > 0xffff_ffff) return null;
    else moved.writeUInt32BE(offset, 8 + i * 4);
  }
  return writeBox(toWide ? 'co64' : 'stco', moved, false);
}

/** Writes a box; a header of the old length keeps a moov without wide offsets at its size. */
function writeBox(type: string, content: Buffer, hasLongHeader: boolean): Buffer {
  const header = Buffer.alloc(hasLongHeader ? 16 : 8);
  header.writeUInt32BE(hasLongHeader ? 1 : header.length + content.length, 0);
  header.write(type, 4, 'latin1');
  if (hasLongHeader) header.writeBigUInt64BE(BigInt(header.length + content.length), 8);
  return Buffer.concat([header, content]);
}
