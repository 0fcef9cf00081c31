import type { Colour } from './container.ts';

/** ITU-T H.273's numbers for the names that WebCodecs gives them. */
const PRIMARIES: Readonly<Record<string, number>> = {
  bt709: 1,
  bt470bg: 5,
  smpte170m: 6,
  bt2020: 9,
  smpte432: 12,
};
const TRANSFERS: Readonly<Record<string, number>> = {
  bt709: 1,
  smpte170m: 6,
  linear: 8,
  'iec61966-2-1': 13,
  pq: 16,
  hlg: 18,
};
const MATRICES: Readonly<Record<string, number>> = {
  rgb: 0,
  bt709: 1,
  bt470bg: 5,
  smpte170m: 6,
  'bt2020-ncl': 9,
};

/** Null where none of the three is known. */
export function colourOf({ primaries, transfer, matrix, fullRange }: VideoColorSpaceInit): Colour | null {
  if (!primaries && !transfer && !matrix) return null;
  return {
    primaries: PRIMARIES[primaries ?? ''] ?? 2,
    transfer: TRANSFERS[transfer ?? ''] ?? 2,
    matrix: MATRICES[matrix ?? ''] ?? 2,
    isFullRange: fullRange ?? false,
  };
}
