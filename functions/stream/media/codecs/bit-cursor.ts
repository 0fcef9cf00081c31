export type BitCursor = {
  /** The next `count` bits, at most 32, most significant first; zeros behind the end. */
  read(count: number): number;
  flag(): boolean;
  /** True once more was read than there is. */
  isPastEnd(): boolean;
};

/** Reads bit fields of headers, which lie at any position. */
export function bitCursor(bytes: Uint8Array): BitCursor {
  let at = 0;
  const read = (count: number) => {
    let value = 0;
    for (let i = 0; i < count; i++, at++) value = value * 2 + (((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1);
    return value;
  };
  return { read, flag: () => read(1) === 1, isPastEnd: () => at > bytes.length * 8 };
}

/** Reads `count` bits, any number of them, and throws them away. */
export function skipBits(bits: BitCursor, count: number): void {
  for (let i = 0; i < count; i += 32) bits.read(Math.min(32, count - i));
}
