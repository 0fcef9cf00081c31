import type { BitCursor } from './bit-cursor.ts';

/** Reads an unsigned Exp-Golomb code (H.264 §9.1), at most 32 bits of it, so that noise ends it. */
export function exponential(bits: BitCursor): number {
  let zeros = 0;
  while (zeros < 32 && !bits.isPastEnd() && !bits.flag()) zeros++;
  return 2 ** zeros - 1 + bits.read(zeros);
}

/** Skips `count` codes, at most 256. */
export function skipExponentials(bits: BitCursor, count: number): void {
  for (let i = 0; i < Math.min(count, 256); i++) exponential(bits);
}

/** Reads a signed Exp-Golomb code (H.264 §9.1.1). */
export function signedExponential(bits: BitCursor): number {
  const code = exponential(bits);
  return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
}
