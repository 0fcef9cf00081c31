/** Clocks of transport and program streams: 33 bits of 90 kHz (ISO/IEC 13818-1 §2.4.3.7). */
export const TICKS_PER_SECOND = 90_000;
export const WRAP_TICKS = 2 ** 33;

/**
 * Returns the ticks from one time of such a clock to another: less than half of its 26.5 hours ahead or back.
 */
export function ticksFrom(earlier: number, later: number): number {
  const ahead = (((later - earlier) % WRAP_TICKS) + WRAP_TICKS) % WRAP_TICKS;
  return ahead > WRAP_TICKS / 2 ? ahead - WRAP_TICKS : ahead;
}

export type PesHeader = {
  readonly streamId: number;
  /** In ticks; null if it has none. */
  readonly pts: number | null;
  readonly dts: number | null;
  /** Offset of the times from the packet's start; null if there are none. */
  readonly ptsAt: number | null;
  readonly dtsAt: number | null;
  /** Bytes of the header. */
  readonly headerBytes: number;
  /** Bytes after the length field; 0 if the packet ends with the next one. */
  readonly length: number;
};

/**
 * Reads the PES packet at `at` (§2.4.3.6, and ISO/IEC 11172-1 §2.4.3.3); null if none with a header of its
 * own begins there.
 */
export function readPesHeader(bytes: Uint8Array, at: number): PesHeader | null {
  const byte = (i: number) => bytes[at + i] ?? 0;
  if (at + 9 > bytes.length || byte(0) !== 0 || byte(1) !== 0 || byte(2) !== 1) return null;
  const streamId = byte(3);
  const isTimed = streamId === 0xbd || streamId === 0xfd || (streamId >= 0xc0 && streamId <= 0xef);
  if (!isTimed) return null;
  const length = byte(4) * 256 + byte(5);
  const isSecond = byte(6) >> 6 === 2;
  const [flags, timesAt, headerBytes] = isSecond ? [byte(7) >> 6, 9, 9 + byte(8)] : firstHeader(bytes, at);
  if (headerBytes === null || at + headerBytes > bytes.length) return null;
  const ptsAt = (flags & 2) !== 0 ? timesAt : null;
  const dtsAt = flags === 3 ? timesAt + 5 : null;
  return {
    streamId,
    pts: ptsAt === null ? null : readTime(bytes, at + ptsAt),
    dts: dtsAt === null ? null : readTime(bytes, at + dtsAt),
    ptsAt,
    dtsAt,
    headerBytes,
    length,
  };
}

/** Reads an MPEG-1 header: stuffing, a buffer's size, then the times, whose own first bits announce them. */
function firstHeader(
  bytes: Uint8Array,
  start: number,
): [flags: number, timesAt: number, bytes: number | null] {
  let at = 6;
  const byte = () => bytes[start + at] ?? 0;
  while (at < 6 + 16 && byte() === 0xff) at++;
  if (byte() >> 6 === 1) at += 2;
  if (byte() >> 4 === 2) return [2, at, at + 5];
  if (byte() >> 4 === 3) return [3, at, at + 10];
  return [0, at, byte() === 0x0f ? at + 1 : null];
}

/** Reads a time of 33 bits, in three fields between marker bits. */
export function readTime(bytes: Uint8Array, at: number): number {
  const byte = (i: number) => bytes[at + i] ?? 0;
  return (
    ((byte(0) >> 1) & 7) * 2 ** 30 +
    (((byte(1) << 8) | byte(2)) >> 1) * 2 ** 15 +
    (((byte(3) << 8) | byte(4)) >> 1)
  );
}

/** Writes a time over another, whose other bits stay. */
export function writeTime(bytes: Uint8Array, at: number, ticks: number): void {
  const middle = Math.floor(ticks / 2 ** 15) % 2 ** 15;
  const low = ticks % 2 ** 15;
  bytes[at] = ((bytes[at] ?? 0) & 0xf1) | (Math.floor(ticks / 2 ** 30) << 1);
  bytes[at + 1] = middle >> 7;
  bytes[at + 2] = ((middle & 0x7f) << 1) | 1;
  bytes[at + 3] = low >> 7;
  bytes[at + 4] = ((low & 0x7f) << 1) | 1;
}

/** Returns a time of such a clock so many ticks later, or earlier. */
export function addTicks(ticks: number, added: number): number {
  return (((ticks + added) % WRAP_TICKS) + WRAP_TICKS) % WRAP_TICKS;
}

/** Makes the times in the header of the PES packet at `at` later by so many ticks. */
export function writeTimes(
  bytes: Uint8Array,
  at: number,
  { pts, ptsAt, dts, dtsAt }: PesHeader,
  addedTicks: number,
): void {
  if (pts !== null && ptsAt !== null) writeTime(bytes, at + ptsAt, addTicks(pts, addedTicks));
  if (dts !== null && dtsAt !== null) writeTime(bytes, at + dtsAt, addTicks(dts, addedTicks));
}

/** Returns a PES packet with the times of another one, whose header is given, and content of its own. */
export function pesLike(header: Uint8Array, content: Uint8Array): Uint8Array {
  const packet = Buffer.concat([header, content]);
  packet.writeUInt16BE(packet.length - 6, 4);
  return packet;
}
