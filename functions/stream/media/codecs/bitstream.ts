/** Yields one NAL unit after another, without its start code (H.264 and HEVC annex B); copies nothing. */
export function* nalUnits(stream: Uint8Array): Generator<Uint8Array> {
  let start = nextStartCode(stream, 0);
  while (start !== -1) {
    const next = nextStartCode(stream, start + 3);
    let end = next === -1 ? stream.length : next;
    // Zero bytes before a start code belong to no unit.
    while (end > start + 3 && stream[end - 1] === 0) end--;
    if (end > start + 3) yield stream.subarray(start + 3, end);
    start = next;
  }
}

/**
 * Splits units behind lengths of `lengthSize` bytes (ISO/IEC 14496-15 §5.3.3); null if the lengths do not add
 * up.
 */
export function prefixedUnits(sample: Uint8Array, lengthSize: number): Uint8Array[] | null {
  const units: Uint8Array[] = [];
  let at = 0;
  while (at < sample.length) {
    if (at + lengthSize > sample.length) return null;
    let length = 0;
    for (let i = 0; i < lengthSize; i++) length = length * 256 + (sample[at + i] ?? 0);
    at += lengthSize;
    if (at + length > sample.length) return null;
    if (length > 0) units.push(sample.subarray(at, at + length));
    at += length;
  }
  return units;
}

/**
 * Turns the beginning of a sample of `sampleBytes` into a sample of its own: the length before the cut unit
 * becomes that of its available bytes. Lengths that do not add up stay unchanged.
 */
export function shortened(beginning: Uint8Array, lengthSize: number, sampleBytes: number): Uint8Array {
  if (beginning.length >= sampleBytes) return beginning;
  const copy = Buffer.from(beginning);
  let at = 0;
  // The first two bytes of a unit tell its type.
  while (at + lengthSize + 2 <= copy.length) {
    const start = at + lengthSize;
    const end = start + copy.readUIntBE(at, lengthSize);
    if (end > sampleBytes) return beginning;
    if (end >= copy.length) {
      copy.writeUIntBE(copy.length - start, at, lengthSize);
      return copy;
    }
    at = end;
  }
  return copy.subarray(0, at);
}

export function isAnnexB(sample: Uint8Array): boolean {
  return sample[0] === 0 && sample[1] === 0 && (sample[2] === 1 || (sample[2] === 0 && sample[3] === 1));
}

/** Puts a length of four bytes before each unit. */
export function prefixUnits(units: readonly Uint8Array[]): Uint8Array {
  const result = Buffer.alloc(units.reduce((sum, unit) => sum + 4 + unit.length, 0));
  let at = 0;
  for (const unit of units) {
    at = result.writeUInt32BE(unit.length, at);
    result.set(unit, at);
    at += unit.length;
  }
  return result;
}

function nextStartCode(stream: Uint8Array, from: number): number {
  for (let i = from; i + 3 <= stream.length; i++) {
    const third = stream[i + 2] ?? 0;
    // Steps of three bytes: with a third byte above 1, no start code begins here.
    if (third > 1) i += 2;
    else if (third === 1 && stream[i] === 0 && stream[i + 1] === 0) return i;
  }
  return -1;
}

/** Removes the bytes that keep start codes out of the payload (H.264 §7.4.1). */
export function withoutEmulation(unit: Uint8Array): Uint8Array {
  const payload = new Uint8Array(unit.length);
  let length = 0;
  let zeros = 0;
  for (const byte of unit) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    payload[length++] = byte;
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return payload.subarray(0, length);
}

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
