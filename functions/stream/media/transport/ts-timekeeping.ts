import { CODING_OF_STREAM_TYPE } from './coding.ts';
import type { ProgramMap } from './mpegts.ts';
import { addTicks, readPesHeader, writeTimes } from './pes.ts';
import type { ClockPart, Timekeeping } from './timekeeping.ts';
import { clockIn, readClock, readClocks, writeClock } from './ts-clocks.ts';
import { PACKET_BYTES, type TsPacket, tsPackets } from './ts-packet.ts';

/** Keeps the time of a transport stream. */
export function transportTimekeeping({ layout, streams }: ProgramMap, sizeBytes: number): Timekeeping {
  const { stride, offset } = layout;
  const unitBefore = (position: number) =>
    Math.max(0, Math.floor((position - offset) / stride) * stride + offset);
  return {
    clocks: (bytes, position) => readClocks(bytes, position, layout),
    times(bytes, position) {
      const found = [];
      for (const { at, pid, isStart, payloadAt } of tsPackets(bytes, position, layout)) {
        if (!isStart || payloadAt === null) continue;
        const { pts = null, dts = null } =
          readPesHeader(bytes.subarray(0, at + PACKET_BYTES), payloadAt) ?? {};
        if (pts !== null) found.push({ position: position + at, stream: pid, pts, dts: dts ?? pts });
      }
      return found;
    },
    isFilm: (pid) =>
      streams.some((stream) => stream.pid === pid && stream.streamType in CODING_OF_STREAM_TYPE),
    /** They continue as if nothing had been joined (§2.4.3.3): a demuxer takes a gap in them for loss. */
    counts(bytes, position, before, start) {
      const last = new Map<number, number>();
      const added = new Map<number, number>();
      for (const { at, pid, payloadAt } of tsPackets(bytes, position, layout)) {
        if (payloadAt === null) continue;
        const count = (bytes[at + 3] ?? 0) & 15;
        if (position + at < start) last.set(pid, count + (before.addedCounts.get(pid) ?? 0));
        else if (!added.has(pid)) added.set(pid, ((last.get(pid) ?? count - 1) + 1 - count + 32) % 16);
      }
      return added;
    },
    around: (start, end) => ({
      from: unitBefore(start),
      until: Math.min(sizeBytes, unitBefore(Math.min(end, sizeBytes) - 1) + stride),
    }),
    correct(bytes, position, partAt) {
      for (const packet of tsPackets(bytes, position, layout))
        correct(bytes, packet, partAt(position + packet.at));
    },
  };
}

function correct(bytes: Uint8Array, { at, pid, isStart, payloadAt }: TsPacket, part: ClockPart): void {
  const { addedTicks, addedCounts } = part;
  const count = bytes[at + 3] ?? 0;
  bytes[at + 3] = (count & 0xf0) | ((count + (addedCounts.get(pid) ?? 0)) & 15);
  const clockAt = clockIn(bytes, at);
  if (clockAt !== null) writeClock(bytes, clockAt, addTicks(readClock(bytes, clockAt), addedTicks));
  if (!isStart || payloadAt === null) return;
  const header = readPesHeader(bytes.subarray(0, at + PACKET_BYTES), payloadAt);
  if (header !== null) writeTimes(bytes, payloadAt, header, addedTicks);
}
