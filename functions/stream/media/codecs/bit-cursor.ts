export type BitCursor = {
  /** Reads the next `count` bits, at most 32, most significant first; zeros after the end. */
  read(count: number): number;
  flag(): boolean;
  /** How many bits have been read. */
  position(): number;
  /** True after a read beyond the end. */
  isPastEnd(): boolean;
};

/** Reads bit fields of headers at any bit position. */
export function bitCursor(bytes: Uint8Array): BitCursor {
  let at = 0;
  const read = (count: number) => {
    let value = 0;
    for (let i = 0; i < count; i++, at++) value = value * 2 + (((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1);
    return value;
  };
  return { read, flag: () => read(1) === 1, position: () => at, isPastEnd: () => at > bytes.length * 8 };
}

/** Skips any number of bits. */
export function skipBits(bits: BitCursor, count: number): void {
  for (let i = 0; i < count; i += 32) bits.read(Math.min(32, count - i));
}

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
