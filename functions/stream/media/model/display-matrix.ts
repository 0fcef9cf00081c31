import type { ContainerVideoTrack } from './container.ts';

/**
 * Builds the 3×3 matrix of `tkhd` (ISO/IEC 14496-12 §6.2.2) that mirrors, then rotates, into the first
 * quadrant.
 */
export function displayMatrix({
  rotation,
  mirrored,
  squareWidth: w,
  squareHeight: h,
}: ContainerVideoTrack): Uint8Array | null {
  if (rotation === 0 && !mirrored) return null;
  const turns = {
    0: [1, 0, 0, 1, 0, 0],
    90: [0, 1, -1, 0, h, 0],
    180: [-1, 0, 0, -1, w, h],
    270: [0, -1, 1, 0, 0, w],
  };
  const [a = 1, b = 0, c = 0, d = 1, x = 0, y = 0] = turns[rotation];
  const rows = mirrored ? [-a, -b, 0, c, d, 0, w * a + x, w * b + y, 1] : [a, b, 0, c, d, 0, x, y, 1];
  const matrix = Buffer.alloc(36);
  // 16.16 fixed point; the third column is 2.30.
  for (const [i, value] of rows.entries())
    matrix.writeInt32BE(value * (i % 3 === 2 ? 2 ** 30 : 2 ** 16), i * 4);
  return matrix;
}
