export type BitCursor = {
  /** Reads the next `count` bits, at most 32, most significant first; zeros after the end. */
  read(count: number): number;
  flag(): boolean;
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
  return { read, flag: () => read(1) === 1, isPastEnd: () => at > bytes.length * 8 };
}

/** Skips any number of bits. */
export function skipBits(bits: BitCursor, count: number): void {
  for (let i = 0; i < count; i += 32) bits.read(Math.min(32, count - i));
}
