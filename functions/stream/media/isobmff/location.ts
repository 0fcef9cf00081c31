import type { ByteRange } from '../../base/range.ts';
import type { RandomAccess } from '../../source/bytes.ts';
import { type Box, childBoxes } from '../boxes/boxes.ts';
import type { MovieTrack } from './movie.ts';
import type { TopLevelBox } from './top-level.ts';

/** Where a file tells a place. */
export type Locations = {
  /** Boxes of the moov, in its own bytes. */
  readonly boxes: readonly Box[];
  /** Boxes beside it, such as Adobe's XMP. */
  readonly topLevel: readonly ByteRange[];
  /** Tracks whose samples are places, as action cameras write them. */
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
    // More than this is no metadata; what lies in the rest is not looked for.
    const content = await file.read(start + headerBytes, Math.min(end, start + MAX_ASIDE_BYTES));
    if (mentionsPlace(content)) places.push({ start, end });
  }
  return {
    boxes: findLocationBoxes(moovBytes, moov, 0).slice(0, MAX_BOXES),
    topLevel: places,
    tracks: tracks.filter(isPlaceTrack),
  };
}

/** Nothing in the file tells a place, as far as it is known where to look. */
export function isPlaceless({ boxes, topLevel, tracks }: Locations): boolean {
  return boxes.length === 0 && topLevel.length === 0 && tracks.length === 0;
}

const MAX_ASIDE_BOXES = 16;
const MAX_ASIDE_BYTES = 1024 * 1024;
const MAX_BOXES = 10_000;
const MAX_DEPTH = 4;

/**
 * `©xyz` and `loci` in user data, Apple's metadata with a location key, XMP with GPS. A metadata box that holds a place
 * is named as a whole.
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

/** User data is written by many hands: what is no list of boxes has no place that is found here. */
function* childrenOf(bytes: Buffer, parent: Pick<Box, 'body' | 'end'>): Generator<Box, void, void> {
  try {
    yield* childBoxes(bytes, parent.body, parent.end);
  } catch {
    return;
  }
}

/** Rather too much than too little: metadata that only sounds like a place goes as well. */
function mentionsPlace(content: Uint8Array): boolean {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  return ['location', 'ISO6709', 'GPS', '\xa9xyz'].some((word) => bytes.includes(word, 0, 'latin1'));
}

/** GoPro, Google's camera motion, Sony; Apple's timed metadata where it declares a location key. */
function isPlaceTrack({ entry }: MovieTrack): boolean {
  if (entry === null) return false;
  return PLACE_FORMATS.has(entry.format) || (entry.format === 'mebx' && mentionsPlace(entry.bytes));
}

const PLACE_FORMATS = new Set(['gpmd', 'camm', 'rtmd']);
