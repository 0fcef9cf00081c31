import type { ByteRange } from '../../base/range.ts';
import type { RandomAccess } from '../../source/bytes.ts';
import { type Box, childBoxes } from '../boxes/boxes.ts';
import type { MovieTrack } from './movie.ts';
import type { TopLevelBox } from './top-level.ts';

/** The places in a file that hold a location. */
export type Locations = {
  /** Boxes of the moov, in its own bytes. */
  readonly boxes: readonly Box[];
  /** Boxes outside the moov, such as Adobe's XMP. */
  readonly topLevel: readonly ByteRange[];
  /** Tracks whose samples are locations, as action cameras write them. */
  readonly tracks: readonly MovieTrack[];
};

export async function findLocations(
  file: RandomAccess,
  topLevel: readonly TopLevelBox[],
  moovBytes: Buffer,
  moov: Pick<Box, 'body' | 'end'>,
  tracks: readonly MovieTrack[],
): Promise<Locations> {
  const aside = topLevel.filter(({ type }) => type === 'uuid' || type === 'meta').slice(0, MAX_ASIDE_BOXES);
  const places: ByteRange[] = [];
  for (const { start, headerBytes, end } of aside) {
    // A longer box is no metadata; its rest is not searched.
    const content = await file.read(start + headerBytes, Math.min(end, start + MAX_ASIDE_BYTES));
    if (mentionsPlace(content)) places.push({ start, end });
  }
  return {
    boxes: findLocationBoxes(moovBytes, moov, 0).slice(0, MAX_BOXES),
    topLevel: places,
    tracks: tracks.filter(isPlaceTrack),
  };
}

/** Tells whether the file has no location at any known place. */
export function isPlaceless({ boxes, topLevel, tracks }: Locations): boolean {
  return boxes.length === 0 && topLevel.length === 0 && tracks.length === 0;
}

const MAX_ASIDE_BOXES = 16;
const MAX_ASIDE_BYTES = 1024 * 1024;
const MAX_BOXES = 10_000;
const MAX_DEPTH = 4;

/**
 * Finds `©xyz` and `loci` in user data, Apple's metadata with a location key, XMP with GPS. A metadata box
 * with a location is named as a whole.
 */
function findLocationBoxes(bytes: Buffer, parent: Pick<Box, 'body' | 'end'>, depth: number): Box[] {
  const found: Box[] = [];
  for (const box of childrenOf(bytes, parent)) {
    if (found.length >= MAX_BOXES) break;
    if (PLACES.has(box.type)) found.push(box);
    else if (METADATA.has(box.type)) {
      if (mentionsPlace(bytes.subarray(box.body, box.end))) found.push(box);
    } else if ((box.type === 'udta' || box.type === 'trak') && depth < MAX_DEPTH) {
      for (const inner of findLocationBoxes(bytes, box, depth + 1)) found.push(inner);
    }
  }
  return found;
}

const PLACES = new Set(['\xa9xyz', 'loci']);
const METADATA = new Set(['meta', 'uuid', 'XMP_', 'GPMF']);

/**
 * Yields children of user data, which many programs write: content that is no list of boxes yields nothing.
 */
function* childrenOf(bytes: Buffer, parent: Pick<Box, 'body' | 'end'>): Generator<Box, void, void> {
  try {
    yield* childBoxes(bytes, parent.body, parent.end);
  } catch {
    return;
  }
}

/** Tells whether metadata mentions a location; it errs on the side of removing too much. */
function mentionsPlace(content: Uint8Array): boolean {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  return ['location', 'ISO6709', 'GPS', '\xa9xyz'].some((word) => bytes.includes(word, 0, 'latin1'));
}

/**
 * Tells whether it is a track of GoPro, Google's camera motion, or Sony, or Apple's timed metadata with a
 * location key.
 */
function isPlaceTrack({ entry }: MovieTrack): boolean {
  if (entry === null) return false;
  return PLACE_FORMATS.has(entry.format) || (entry.format === 'mebx' && mentionsPlace(entry.bytes));
}

const PLACE_FORMATS = new Set(['gpmd', 'camm', 'rtmd']);
