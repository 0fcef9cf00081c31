import type { RandomAccess } from '../../source/bytes.ts';
import { TICKS_PER_SECOND, ticksFrom } from './pes.ts';
import type { Window } from './survey-windows.ts';
import type { ClockReading, Timekeeping } from './timekeeping.ts';

/** Bytes of a look, in which there is a reading. */
const LOOK_BYTES = 64 * 1024;
const MOST_JOINS = 100;
const MOST_DOUBTS = 24;
/** A clock that leaps ahead this far has been set again; ffmpeg has the same bound. */
const LEAP_TICKS = 10 * TICKS_PER_SECOND;
/** Tolerance of a steady byte rate. */
const TIMES_AS_LONG = 4;

/** A stream's clock, seen from afar. */
export type ClockSurvey = {
  readonly first: ClockReading;
  readonly last: ClockReading;
  /**
   * Where it restarts, as it does at the joins of recordings: just after the last reading. None for a clock
   * that does so more often than recordings are joined: each join costs a reading of the bytes around it.
   */
  readonly joins: readonly number[];
};

/** Surveys the clock of a stream by windows of it; null if it has none. */
export async function surveyClock(
  file: RandomAccess,
  timekeeping: Timekeeping,
  windows: readonly Window[],
): Promise<ClockSurvey | null> {
  const readings = windows.flatMap(({ clocks }) => clocks);
  const [first] = readings;
  const last = readings.at(-1);
  if (first === undefined || last === undefined) return null;
  const joins = await joinsBetween(readings, async (start, bytes) =>
    timekeeping.clocks(await file.read(start, Math.min(file.sizeBytes, start + bytes)), start),
  );
  return { first, last, joins: joins.length > MOST_JOINS ? [] : joins };
}

async function joinsBetween(
  readings: readonly ClockReading[],
  read: (start: number, bytes: number) => Promise<ClockReading[]>,
): Promise<readonly number[]> {
  const usual = usualTicksPerByte(readings);
  const joins: number[] = [];
  let doubts = MOST_DOUBTS;

  /** Searches between two readings across which the clock has not run on. */
  async function search(before: ClockReading, after: ClockReading): Promise<void> {
    const bytes = after.position - before.position;
    if (joins.length > MOST_JOINS) return;
    if (!isBroken(before, after, usual)) {
      if (!isShort(before, after, usual) || doubts === 0) return;
      doubts--;
    }
    if (bytes <= 4 * LOOK_BYTES) {
      const between = await read(before.position, bytes + LOOK_BYTES);
      joins.push(...joinsAmong(between).filter((join) => join < after.position));
      return;
    }
    const middle = await read(before.position + Math.floor(bytes / 2), LOOK_BYTES);
    const [first] = middle;
    const last = middle.at(-1);
    if (first === undefined || last === undefined) return;
    await search(before, first);
    joins.push(...joinsAmong(middle));
    await search(last, after);
  }

  for (const [i, reading] of readings.entries()) {
    const next = readings[i + 1];
    if (next === undefined) break;
    if (next.position - reading.position < LOOK_BYTES) joins.push(...joinsAmong([reading, next]));
    else await search(reading, next);
  }
  return joins;
}

function joinsAmong(readings: readonly ClockReading[]): number[] {
  return readings.flatMap(({ ticks }, i) => {
    const before = readings[i - 1];
    if (before === undefined) return [];
    const ahead = ticksFrom(before.ticks, ticks);
    return ahead < 0 || ahead > LEAP_TICKS ? [before.position] : [];
  });
}

function isBroken(before: ClockReading, after: ClockReading, ticksPerByte: number): boolean {
  const ahead = ticksFrom(before.ticks, after.ticks);
  const usual = (after.position - before.position) * ticksPerByte;
  return ahead < 0 || ahead > LEAP_TICKS + TIMES_AS_LONG * usual;
}

/**
 * Tells whether far less time has passed than bytes: a short recording may precede another one whose
 * restarted clock has come further. The rate may also be high there, which is why only this many such places
 * are looked at.
 */
function isShort(before: ClockReading, after: ClockReading, ticksPerByte: number): boolean {
  const usual = (after.position - before.position) * ticksPerByte;
  return ticksFrom(before.ticks, after.ticks) < usual / 2;
}

/** Returns the median rate between readings of the same window. */
function usualTicksPerByte(readings: readonly ClockReading[]): number {
  const rates = readings.flatMap(({ position, ticks }, i) => {
    const next = readings[i + 1];
    const ahead = next === undefined ? -1 : ticksFrom(ticks, next.ticks);
    return next === undefined || ahead < 0 ? [] : [ahead / (next.position - position)];
  });
  return rates.sort((a, b) => a - b)[rates.length >> 1] ?? 0;
}
