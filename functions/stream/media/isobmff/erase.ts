import { unsupported } from '../../base/problem.ts';
import type { ByteRange } from '../../base/range.ts';
import type { Extent } from '../../source/bytes.ts';
import type { Box } from '../boxes/boxes.ts';
import { tableOf } from './describe-movie.ts';
import type { Movie, MovieTrack, ReadMovie } from './movie.ts';

/**
 * A range of the source that reads as zeros: a whole box, which becomes a `free` box, or media in the middle
 * of one.
 */
export type ErasedRange = ByteRange & { readonly isBox: boolean };

/**
 * Copies the moov without locations, and lists the ranges outside of it that hold some, in the file's order.
 * Boxes keep their size, so that no offset changes.
 */
export function withoutPlaces(movie: ReadMovie): { moov: Buffer; ranges: readonly ErasedRange[] } {
  const { locations } = movie;
  const moov = Buffer.from(movie.moovBytes);
  for (const box of locations.boxes) freeBox(moov, box);
  for (const { trak } of locations.tracks) freeBox(moov, trak);
  const ranges = [
    ...locations.topLevel.map((range) => ({ ...range, isBox: true })),
    ...locations.tracks.flatMap((track) => mediaOf(movie, track)),
  ].sort((a, b) => a.start - b.start);
  return { moov, ranges };
}

/** Splits `[start, end)` into extents that stay or are erased; none is empty. */
export function erase({ start, end }: ByteRange, erased: readonly ErasedRange[]): Extent[] {
  const extents: Extent[] = [];
  let position = start;
  for (const range of erased) {
    const from = Math.max(position, range.start);
    const to = Math.min(end, range.end);
    if (from >= to) continue;
    if (from > position) extents.push({ kind: 'source', start: position, end: from });
    for (const bytes of range.isBox ? [freeHeader(to - from), ...zeros(to - from - 8)] : zeros(to - from)) {
      extents.push({ kind: 'bytes', bytes });
    }
    position = to;
  }
  if (position < end) extents.push({ kind: 'source', start: position, end });
  return extents;
}

function freeBox(bytes: Buffer, { start, body, end }: Box): void {
  bytes.write('free', start + 4, 'latin1');
  bytes.fill(0, body, end);
}

function freeHeader(size: number): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(size, 0);
  header.write('free', 4, 'latin1');
  return header;
}

const ZEROS = Buffer.alloc(64 * 1024);

function zeros(length: number): Buffer[] {
  const parts: Buffer[] = [];
  for (let left = length; left > 0; left -= ZEROS.length) parts.push(ZEROS.subarray(0, left));
  return parts;
}

/** Half a day with one stretch per second. */
const MAX_RANGES = 50_000;
const MAX_ERASED_BYTES = 256 * 1024 * 1024;

/** Returns the samples of a track in as few ranges as possible. */
function mediaOf(movie: Movie, track: MovieTrack): ErasedRange[] {
  const table = tableOf(movie, track);
  const ranges: { start: number; end: number; isBox: boolean }[] = [];
  let bytes = 0;
  for (let i = 0; i < (table?.count ?? 0); i++) {
    const size = table?.sizes.at(i) ?? 0;
    bytes += size;
    const start = table?.offsets.at(i) ?? 0;
    const end = start + size;
    const last = ranges.at(-1);
    if (last?.end === start) last.end = end;
    else ranges.push({ start, end, isBox: false });
    if (ranges.length > MAX_RANGES || bytes > MAX_ERASED_BYTES) {
      throw unsupported('The file has too many locations to remove them.');
    }
  }
  return ranges;
}
