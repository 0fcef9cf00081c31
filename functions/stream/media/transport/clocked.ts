import { Readable } from 'node:stream';
import type { CachedAccess } from '../../source/cache.ts';
import { readPesHeader, WRAP_TICKS, writeTime } from './pes.ts';
import type { ClockPart, TsClock } from './ts-clock.ts';
import { clockIn, readClock, writeClock } from './ts-clocks.ts';
import { PACKET_BYTES, type TsPacket, tsPackets } from './ts-packet.ts';

/**
 * Opens the file with a clock that runs on from its beginning to its end; its length and the place of each
 * packet stay.
 */
export function clocked(access: CachedAccess, clock: TsClock | null): CachedAccess {
  if (clock === null) return access;
  const { sizeBytes } = access;
  const { stride, offset } = clock.layout;
  const unitBefore = (position: number) =>
    Math.max(0, Math.floor((position - offset) / stride) * stride + offset);
  const read = async (start: number, end: number) => {
    const from = unitBefore(start);
    const until = Math.min(sizeBytes, unitBefore(Math.min(end, sizeBytes) - 1) + stride);
    if (start >= until) return new Uint8Array();
    const bytes = Buffer.from(await access.read(from, until));
    for (const packet of tsPackets(bytes, from, clock.layout)) {
      const part = clock.parts.findLast((candidate) => candidate.start <= from + packet.at);
      if (part !== undefined) correct(bytes, packet, part);
    }
    return bytes.subarray(start - from, end - from);
  };
  return {
    sizeBytes,
    read,
    stream: ({ start, end }) => Readable.from(slices(read, start, end), { objectMode: false }),
  };
}

const SLICE_BYTES = 256 * 1024;

async function* slices(
  read: CachedAccess['read'],
  start: number,
  end: number,
): AsyncGenerator<Uint8Array, void, void> {
  for (let at = start; at < end; at += SLICE_BYTES) yield await read(at, Math.min(end, at + SLICE_BYTES));
}

function correct(
  bytes: Uint8Array,
  { at, pid, isStart, payloadAt }: TsPacket,
  { addedTicks, addedCounts }: ClockPart,
): void {
  const added = (ticks: number) => (((ticks + addedTicks) % WRAP_TICKS) + WRAP_TICKS) % WRAP_TICKS;
  const count = bytes[at + 3] ?? 0;
  bytes[at + 3] = (count & 0xf0) | ((count + (addedCounts.get(pid) ?? 0)) & 15);
  const clockAt = clockIn(bytes, at);
  if (clockAt !== null) writeClock(bytes, clockAt, added(readClock(bytes, clockAt)));
  if (!isStart || payloadAt === null) return;
  const header = readPesHeader(bytes.subarray(0, at + PACKET_BYTES), payloadAt);
  if (header === null) return;
  const { pts, ptsAt, dts, dtsAt } = header;
  if (pts !== null && ptsAt !== null) writeTime(bytes, payloadAt + ptsAt, added(pts));
  if (dts !== null && dtsAt !== null) writeTime(bytes, payloadAt + dtsAt, added(dts));
}
