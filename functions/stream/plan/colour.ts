import type { Colour, VideoTrack } from '../media/model/media.ts';

/** How the values of encoded frames are read (ITU-T H.273); their range is limited. */
export type ColourTags = Omit<Colour, 'isFullRange'>;

/** What the samples of a source are, nothing of it unspecified, and what those that are encoded of it are to be. */
export type ColourPlan = { readonly source: Colour; readonly encoded: ColourTags };

const BT709: ColourTags = { primaries: 1, transfer: 1, matrix: 1 };
const BT601: ColourTags = { primaries: 6, transfer: 6, matrix: 6 };
const BT2020: ColourTags = { primaries: 9, transfer: 14, matrix: 9 };
const RGB: ColourTags = { primaries: 1, transfer: 13, matrix: 0 };
const HDR_TRANSFERS = { pq: 16, hlg: 18 } as const;

export function planColour(track: VideoTrack, codec: 'h264' | 'vp8' | 'vp9'): ColourPlan {
  const source = sourceColour(track);
  return { source, encoded: encodedColour(source, codec) };
}

/** Of BT.2020, DCI-P3 and Display P3: Firefox shows their numbers as if they were of BT.709. */
export function isWideGamut({ primaries }: Pick<Colour, 'primaries'>): boolean {
  return primaries === 9 || primaries === 11 || primaries === 12;
}

/** As the source says, and where it leaves it to the player, as Chromium takes it: said aloud, all take it so. */
function sourceColour(track: VideoTrack): Colour {
  const { colour, dynamicRange } = track;
  const { primaries = 2, transfer = 2, matrix = 2, isFullRange = false } = colour ?? {};
  const usual = usualColour(track);
  return {
    primaries: PRIMARIES.has(primaries) ? primaries : usual.primaries,
    transfer:
      dynamicRange === 'pq' || dynamicRange === 'hlg'
        ? HDR_TRANSFERS[dynamicRange]
        : TRANSFERS.has(transfer)
          ? transfer
          : usual.transfer,
    matrix: MATRICES.has(matrix) ? matrix : usual.matrix,
    isFullRange,
  };
}

/** The values in use; the rest are reserved, or for other kinds of images. */
const PRIMARIES = new Set([1, 4, 5, 6, 7, 9, 11, 12]);
const TRANSFERS = new Set([1, 4, 5, 6, 7, 13, 14, 15]);
const MATRICES = new Set([0, 1, 4, 5, 6, 7, 9, 10]);

/** What goes with the part that is said. Of nothing, a guess by the codec, the range and the lines. */
function usualColour({ colour, dynamicRange, codec, codedHeight }: VideoTrack): ColourTags {
  if (dynamicRange === 'pq' || dynamicRange === 'hlg') return BT2020;
  if (colour?.matrix === 0) return RGB;
  const family = FAMILIES[colour?.matrix ?? 2] ?? FAMILIES[colour?.primaries ?? 2];
  if (family !== undefined) return family;
  // Full range alone is JPEG's.
  if (codec === 'vp8' || codec === 'vp9' || colour?.isFullRange) return BT601;
  return codedHeight < 720 ? BT601 : BT709;
}

/** By the matrix, or the primaries, whose numbers mean the same standards. */
const FAMILIES: Readonly<Partial<Record<number, ColourTags>>> = {
  1: BT709,
  4: BT601,
  5: BT601,
  6: BT601,
  7: BT601,
  9: BT2020,
  10: BT2020,
};

/** As the source's, but for what not every player shows alike. VP8 is BT.601 (RFC 6386 §9.2), whatever is said of it. */
function encodedColour(source: Colour, codec: 'h264' | 'vp8' | 'vp9'): ColourTags {
  const { primaries, transfer, matrix } = source;
  const isHdr = transfer === HDR_TRANSFERS.pq || transfer === HDR_TRANSFERS.hlg;
  const isPreserved = COMMON_MATRICES.has(matrix) && !isHdr && !isWideGamut(source);
  const tags = isPreserved ? { primaries, transfer, matrix } : BT709;
  return codec === 'vp8' && tags.matrix === BT709.matrix ? { ...tags, matrix: BT601.matrix } : tags;
}

/** BT.709 and the two names of BT.601. */
const COMMON_MATRICES = new Set([1, 5, 6]);
