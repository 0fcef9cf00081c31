import type { Colour } from './media.ts';

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
