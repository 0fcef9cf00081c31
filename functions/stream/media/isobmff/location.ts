import { type Box, childBoxes } from './boxes.ts';

/**
 * The boxes of a moov that tell where a recording was made: `©xyz` and `loci` in user data, Apple's metadata with a
 * location key, XMP with GPS. A metadata box that holds a place is named as a whole.
 */
export function findLocationBoxes(bytes: Buffer, parent: Pick<Box, 'body' | 'end'>): readonly Box[] {
  const found: Box[] = [];
  for (const box of childrenOf(bytes, parent)) {
    if (box.type === '\xa9xyz' || box.type === 'loci') found.push(box);
    else if (box.type === 'meta' || box.type === 'uuid' || box.type === 'XMP_') {
      if (mentionsPlace(bytes.subarray(box.body, box.end))) found.push(box);
    } else if (box.type === 'udta' || box.type === 'trak') found.push(...findLocationBoxes(bytes, box));
  }
  return found;
}

/** User data is written by many hands: what is no list of boxes has no place that is found here. */
function* childrenOf(bytes: Buffer, parent: Pick<Box, 'body' | 'end'>): Generator<Box, void, void> {
  try {
    yield* childBoxes(bytes, parent.body, parent.end);
  } catch {
    return;
  }
}

function mentionsPlace(content: Buffer): boolean {
  return ['location', 'GPSLatitude', '\xa9xyz', 'gps:'].some((word) =>
    content.includes(Buffer.from(word, 'latin1')),
  );
}
