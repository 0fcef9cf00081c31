import type { Colour, Crop } from './media.ts';

/** Pixels that are cropped at each side, and the display size of the rest; null if it is the rest's own. */
export type MatroskaShape = {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly display: readonly [width: number, height: number] | null;
};

/**
 * Returns the shown part of frames of that size, and its square pixels, by RFC 9559 §5.1.4.1.28.8 and after.
 */
export function shownPart(
  shape: MatroskaShape | null,
  {
    width,
    height,
    squareWidth,
  }: { readonly width: number; readonly height: number; readonly squareWidth: number },
): { readonly crop: Crop | null; readonly squareWidth: number; readonly squareHeight: number } {
  const crop = shape && validCrop(shape, width, height);
  if (shape === null || crop === null) return { crop: null, squareWidth, squareHeight: height };
  // Pixels are square without a display size, and with one that names the whole frame's size, as writers did
  // that knew of no crop. Lines stay unchanged.
  const [x, y] = shape.display ?? [0, 0];
  const [across, down] =
    (x === 0 && y === 0) || (x === width && y === height) ? [crop.width, crop.height] : [x, y];
  return {
    crop,
    squareWidth: Math.max(1, Math.round((crop.height * across) / down)),
    squareHeight: crop.height,
  };
}

type Sides = { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };

/** Returns the crop; null if nothing is cropped, or nothing would be left. */
export function validCrop(
  { left, right, top, bottom }: Sides,
  frameWidth: number,
  frameHeight: number,
): Crop | null {
  const [width, height] = [frameWidth - left - right, frameHeight - top - bottom];
  if (Math.min(left, right, top, bottom) < 0 || width <= 0 || height <= 0) return null;
  return width === frameWidth && height === frameHeight ? null : { left, top, width, height };
}

/** ITU-T H.273's numbers for the names of WebCodecs and ffprobe. */
const PRIMARIES: Readonly<Record<string, number>> = {
  bt709: 1,
  bt470m: 4,
  bt470bg: 5,
  smpte170m: 6,
  smpte240m: 7,
  bt2020: 9,
  smpte431: 11,
  smpte432: 12,
};
const TRANSFERS: Readonly<Record<string, number>> = {
  bt709: 1,
  gamma22: 4,
  gamma28: 5,
  smpte170m: 6,
  smpte240m: 7,
  linear: 8,
  'iec61966-2-1': 13,
  'bt2020-10': 14,
  'bt2020-12': 15,
  pq: 16,
  smpte2084: 16,
  hlg: 18,
  'arib-std-b67': 18,
};
const MATRICES: Readonly<Record<string, number>> = {
  rgb: 0,
  gbr: 0,
  bt709: 1,
  fcc: 4,
  bt470bg: 5,
  smpte170m: 6,
  smpte240m: 7,
  'bt2020-ncl': 9,
  bt2020nc: 9,
  bt2020c: 10,
};

type Named = {
  readonly primaries?: string | null | undefined;
  readonly transfer?: string | null | undefined;
  readonly matrix?: string | null | undefined;
  readonly fullRange?: boolean | null | undefined;
};

/** Returns the colours; null if none of the three is known, nor that the range is the full one. */
export function colourOf({ primaries, transfer, matrix, fullRange }: Named): Colour | null {
  if (!primaries && !transfer && !matrix && !fullRange) return null;
  return {
    primaries: PRIMARIES[primaries ?? ''] ?? 2,
    transfer: TRANSFERS[transfer ?? ''] ?? 2,
    matrix: MATRICES[matrix ?? ''] ?? 2,
    isFullRange: fullRange ?? false,
  };
}

/** Joins what two places say of one track: the first counts for each value that it has. */
export function joinedColour(first: Colour | null, second: Colour | null): Colour | null {
  if (first === null || second === null) return first ?? second;
  const said = (one: number, other: number) => (one === UNSPECIFIED ? other : one);
  return {
    primaries: said(first.primaries, second.primaries),
    transfer: said(first.transfer, second.transfer),
    matrix: said(first.matrix, second.matrix),
    // Neither QuickTime's box nor Matroska has to declare it.
    isFullRange: first.isFullRange || second.isFullRange,
  };
}

const UNSPECIFIED = 2;
