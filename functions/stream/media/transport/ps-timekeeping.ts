import { addTicks, readTime, writeTime, writeTimes } from './pes.ts';
import { FIRST_VIDEO_ID, PACK, psPackets } from './ps-packets.ts';
import type { ClockReading, Timekeeping, TimeReading } from './timekeeping.ts';

/** No packet is longer. */
const PACKET_BYTES = 65_536 + 6;
const NO_COUNTS: ReadonlyMap<number, number> = new Map();

/** Keeps the time of a program stream, by the clock of its packs (SCR, ISO/IEC 13818-1 §2.5.3.3). */
export function programTimekeeping(sizeBytes: number): Timekeeping {
  return {
    clocks(bytes, position) {
      const found: ClockReading[] = [];
      for (const { at, id } of psPackets(bytes))
        if (id === PACK) found.push({ position: position + at, ticks: readPackClock(bytes, at) });
      return found;
    },
    times(bytes, position) {
      const found: TimeReading[] = [];
      for (const { at, id, header } of psPackets(bytes)) {
        const { pts = null, dts = null } = header ?? {};
        if (pts !== null) found.push({ position: position + at, stream: id, pts, dts: dts ?? pts });
      }
      return found;
    },
    isFilm: (id) => id >= FIRST_VIDEO_ID,
    counts: () => NO_COUNTS,
    // Packets are recognised by the one that follows.
    around: (start, end) => ({
      from: Math.max(0, start - 2 * PACKET_BYTES),
      until: Math.min(sizeBytes, end + 2 * PACKET_BYTES),
    }),
    correct(bytes, position, partAt) {
      for (const { at, id, header } of psPackets(bytes)) {
        const { addedTicks } = partAt(position + at);
        if (id === PACK) writePackClock(bytes, at, addTicks(readPackClock(bytes, at), addedTicks));
        if (header !== null) writeTimes(bytes, at, header, addedTicks);
      }
    },
  };
}

/** MPEG-1 writes the clock of a pack like the times of packets; MPEG-2 shifts it by two bits. */
const isSecond = (bytes: Uint8Array, at: number) => (bytes[at + 4] ?? 0) >> 6 === 1;

function readPackClock(bytes: Uint8Array, at: number): number {
  if (!isSecond(bytes, at)) return readTime(bytes, at + 4);
  const byte = (i: number) => bytes[at + 4 + i] ?? 0;
  const high = ((byte(0) >> 3) & 7) * 2 ** 30;
  const middle = (((byte(0) & 3) << 13) | (byte(1) << 5) | (byte(2) >> 3)) * 2 ** 15;
  return high + middle + (((byte(2) & 3) << 13) | (byte(3) << 5) | (byte(4) >> 3));
}

function writePackClock(bytes: Uint8Array, at: number, ticks: number): void {
  if (!isSecond(bytes, at)) {
    writeTime(bytes, at + 4, ticks);
    return;
  }
  const [high, middle, low] = [
    Math.floor(ticks / 2 ** 30),
    Math.floor(ticks / 2 ** 15) % 2 ** 15,
    ticks % 2 ** 15,
  ];
  const last = bytes[at + 8] ?? 0;
  bytes.set(
    [
      0x44 | (high << 3) | (middle >> 13),
      (middle >> 5) & 0xff,
      ((middle & 31) << 3) | 4 | (low >> 13),
      (low >> 5) & 0xff,
      ((low & 31) << 3) | (last & 7),
    ],
    at + 4,
  );
}
