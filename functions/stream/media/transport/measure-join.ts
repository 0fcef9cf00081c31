import type { RandomAccess } from '../../source/bytes.ts';
import { CODING_OF_STREAM_TYPE } from './coding.ts';
import type { ProgramMap } from './mpegts.ts';
import { readPesHeader, ticksFrom } from './pes.ts';
import type { ClockPart } from './ts-clock.ts';
import { readClocks } from './ts-clocks.ts';
import { PACKET_BYTES, tsPackets } from './ts-packet.ts';

/** Bytes before and after a join: more than any stream has between two of its packets. */
const AROUND_BYTES = 2 ** 20;

type Timed = { readonly position: number; readonly pid: number; readonly pts: number };

/**
 * Measures the part after `join`, the last reading of the clock before it. Its frames follow those of
 * `before`, and no audio precedes what was already played.
 */
export async function measureJoin(
  file: RandomAccess,
  { layout, streams }: ProgramMap,
  before: ClockPart,
  join: number,
): Promise<ClockPart | null> {
  const from = Math.max(before.start, join - AROUND_BYTES);
  const bytes = await file.read(from, join + AROUND_BYTES);
  const clocks = readClocks(bytes, from, layout);
  const old = clocks.findLast(({ position }) => position <= join);
  const fresh = clocks.find(({ position }) => position > join);
  if (old === undefined || fresh === undefined) return null;
  const times = timesOf(bytes, from, layout);
  const isOld = ({ position, pts }: Timed) =>
    position <= join ||
    (position < fresh.position &&
      Math.abs(ticksFrom(old.ticks, pts)) < Math.abs(ticksFrom(fresh.ticks, pts)));
  const start = 1 + Math.max(join, ...times.filter(isOld).map(({ position }) => position));
  const hasFilm = streams.some(({ streamType }) => streamType in CODING_OF_STREAM_TYPE);
  const steps = streams.flatMap(({ pid, streamType }) => {
    const own = times.filter((time) => time.pid === pid);
    const ended = own.filter(({ position }) => position < start).map(({ pts }) => ticksFrom(old.ticks, pts));
    const begun = own
      .filter(({ position }) => position >= start)
      .map(({ pts }) => ticksFrom(fresh.ticks, pts));
    if (ended.length === 0 || begun.length === 0) return [];
    // An audio packet has frames for longer than a video frame lasts, the last one of a film fewer than
    // others.
    const isCounted = !hasFilm || streamType in CODING_OF_STREAM_TYPE;
    return [Math.max(...ended) + (isCounted ? stepOf(ended) : 0) - Math.min(...begun)];
  });
  if (steps.length === 0) return null;
  const addedTicks = before.addedTicks + old.ticks - fresh.ticks + Math.max(...steps);
  return { start, addedTicks, addedCounts: countsOf(bytes, from, layout, before, start) };
}

function timesOf(bytes: Uint8Array, position: number, layout: ProgramMap['layout']): Timed[] {
  const times: Timed[] = [];
  for (const { at, pid, isStart, payloadAt } of tsPackets(bytes, position, layout)) {
    if (!isStart || payloadAt === null) continue;
    const pts = readPesHeader(bytes.subarray(0, at + PACKET_BYTES), payloadAt)?.pts ?? null;
    if (pts !== null) times.push({ position: position + at, pid, pts });
  }
  return times;
}

/** Returns the usual distance of two times. */
function stepOf(times: readonly number[]): number {
  const rising = [...times].sort((a, b) => a - b);
  const steps = rising.slice(1).map((time, i) => time - (rising[i] ?? 0));
  return steps.sort((a, b) => a - b)[steps.length >> 1] ?? 0;
}

/** Counters continue as if nothing had been joined (§2.4.3.3): a demuxer takes a gap in them for loss. */
function countsOf(
  bytes: Uint8Array,
  position: number,
  layout: ProgramMap['layout'],
  before: ClockPart,
  start: number,
): ReadonlyMap<number, number> {
  const last = new Map<number, number>();
  const added = new Map<number, number>();
  for (const { at, pid, payloadAt } of tsPackets(bytes, position, layout)) {
    if (payloadAt === null) continue;
    const count = (bytes[at + 3] ?? 0) & 15;
    if (position + at < start) last.set(pid, count + (before.addedCounts.get(pid) ?? 0));
    else if (!added.has(pid)) added.set(pid, ((last.get(pid) ?? count - 1) + 1 - count + 32) % 16);
  }
  return added;
}
