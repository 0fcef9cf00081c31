import type { RandomAccess } from '../../source/bytes.ts';
import { TICKS_PER_SECOND, ticksFrom } from './pes.ts';
import type { ClockPart, Timekeeping, TimeReading } from './timekeeping.ts';

/** Bytes before and after a join: more than any stream has between two of its packets. */
const AROUND_BYTES = 2 ** 20;

/**
 * Measures the part after `join`, the last reading of the clock before it. Its frames follow those of
 * `before`, and no audio precedes what was already played. Null if the times of frames run on, so that only
 * the clock itself is wrong.
 */
export async function measureJoin(
  file: RandomAccess,
  timekeeping: Timekeeping,
  before: ClockPart,
  join: number,
): Promise<ClockPart | null> {
  const from = Math.max(before.start, join - AROUND_BYTES);
  const bytes = await file.read(from, join + AROUND_BYTES);
  const clocks = timekeeping.clocks(bytes, from);
  const old = clocks.findLast(({ position }) => position <= join);
  const fresh = clocks.find(({ position }) => position > join);
  if (old === undefined || fresh === undefined) return null;
  const times = timekeeping.times(bytes, from);
  const isOld = ({ position, pts }: TimeReading) =>
    position <= join ||
    (position < fresh.position &&
      Math.abs(ticksFrom(old.ticks, pts)) < Math.abs(ticksFrom(fresh.ticks, pts)));
  const start = 1 + Math.max(join, ...times.filter(isOld).map(({ position }) => position));
  const streams = [...new Set(times.map(({ stream }) => stream))];
  if (streams.every((stream) => runsOn(times, stream, start))) return null;
  const hasFilm = streams.some(timekeeping.isFilm);
  const steps = streams.flatMap((stream) => {
    const own = times.filter((time) => time.stream === stream);
    const ended = own.filter(({ position }) => position < start).map(({ pts }) => ticksFrom(old.ticks, pts));
    const begun = own
      .filter(({ position }) => position >= start)
      .map(({ pts }) => ticksFrom(fresh.ticks, pts));
    if (ended.length === 0 || begun.length === 0) return [];
    // An audio packet has frames for longer than a video frame lasts, the last one of a film fewer than
    // others.
    const isCounted = !hasFilm || timekeeping.isFilm(stream);
    return [Math.max(...ended) + (isCounted ? stepOf(ended) : 0) - Math.min(...begun)];
  });
  if (steps.length === 0) return null;
  const addedTicks = before.addedTicks + old.ticks - fresh.ticks + Math.max(...steps);
  return { start, addedTicks, addedCounts: timekeeping.counts(bytes, from, before, start) };
}

/** The most between two times of a stream that runs on. */
const MOST_STEP_TICKS = TICKS_PER_SECOND;

/** Tells whether a stream's decode times rise across `start`, as they do elsewhere; or lie on one side of it. */
function runsOn(times: readonly TimeReading[], stream: number, start: number): boolean {
  const own = times.filter((time) => time.stream === stream);
  const last = own.findLast(({ position }) => position < start);
  const next = own.find(({ position }) => position >= start);
  if (last === undefined || next === undefined) return true;
  const ahead = ticksFrom(last.dts, next.dts);
  return ahead > 0 && ahead < MOST_STEP_TICKS;
}

/** Returns the usual distance of two times. */
function stepOf(times: readonly number[]): number {
  const rising = [...times].sort((a, b) => a - b);
  const steps = rising.slice(1).map((time, i) => time - (rising[i] ?? 0));
  return steps.sort((a, b) => a - b)[steps.length >> 1] ?? 0;
}
