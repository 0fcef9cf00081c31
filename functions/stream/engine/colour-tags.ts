import type { VideoTrack } from '../media/media.ts';

/** How the numbers of an encoded picture are to be read, as ITU-T H.273 counts. */
export type ColourTags = { readonly primaries: number; readonly transfer: number; readonly matrix: number };

const BT709: ColourTags = { primaries: 1, transfer: 1, matrix: 1 };
const BT601: ColourTags = { primaries: 6, transfer: 6, matrix: 6 };

/**
 * What is said of the colours of a track's encoded picture: what the source says, since nothing is converted but HDR
 * and RGB. Said even where the source leaves it to the player, who would guess by the size: a smaller picture of an HD
 * film would be seen in the colours of SD.
 */
export function colourTags({ colour, dynamicRange, codedWidth, codedHeight }: VideoTrack): ColourTags {
  if (dynamicRange === 'pq' || dynamicRange === 'hlg') return BT709;
  if (colour?.matrix === 0) return BT601;
  const guess = codedWidth >= 1280 || codedHeight > 576 ? BT709 : BT601;
  if (colour === null) return guess;
  const matrix = MATRICES.has(colour.matrix) ? colour.matrix : guess.matrix;
  return {
    primaries: PRIMARIES.has(colour.primaries) ? colour.primaries : guess.primaries,
    transfer: TRANSFERS.has(colour.transfer) ? colour.transfer : guess.transfer,
    matrix,
  };
}

/** Those that are in use for standard range; the rest are reserved, or of other kinds of pictures. */
const PRIMARIES = new Set([1, 4, 5, 6, 7, 9, 12]);
const TRANSFERS = new Set([1, 4, 5, 6, 7, 13, 14, 15]);
const MATRICES = new Set([1, 4, 5, 6, 7, 9, 10]);
