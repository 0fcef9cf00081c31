import type { RandomAccess } from '../../source/bytes.ts';
import { measureJoin } from './measure-join.ts';
import { TICKS_PER_SECOND, ticksFrom, WRAP_TICKS } from './pes.ts';
import { surveyClock } from './survey-clock.ts';
import type { Window } from './survey-windows.ts';
import type { ClockPart, Timekeeping } from './timekeeping.ts';

/** The correction of a stream's clock: for joined recordings, and for a clock that wraps around. */
export type StreamClock = {
  readonly timekeeping: Timekeeping;
  /** Parts in the file's order; the first begins with it. */
  readonly parts: readonly ClockPart[];
};

/** Demuxers take times within a minute before the clock wraps around for negative. */
const BEFORE_ROUND_TICKS = 61 * TICKS_PER_SECOND;
/** Start of a corrected clock. */
const BEGIN_TICKS = 10 * TICKS_PER_SECOND;

/** Returns the correction; null if the clock runs on from the file's beginning to its end. */
export async function readStreamClock(
  file: RandomAccess,
  timekeeping: Timekeeping,
  windows: readonly Window[],
): Promise<StreamClock | null> {
  const survey = await surveyClock(file, timekeeping, windows);
  if (survey === null) return null;
  const { first, last, joins } = survey;
  const lastTicks = first.ticks + (joins.length > 0 ? 0 : ticksFrom(first.ticks, last.ticks));
  const goesRound = lastTicks > WRAP_TICKS - BEFORE_ROUND_TICKS;
  if (joins.length === 0 && !goesRound) return null;
  const parts: ClockPart[] = [
    { start: 0, addedTicks: goesRound ? BEGIN_TICKS - first.ticks : 0, addedCounts: new Map() },
  ];
  for (const start of joins) {
    const before = parts.at(-1);
    const part = before && (await measureJoin(file, timekeeping, before, start));
    if (part) parts.push(part);
  }
  return { timekeeping, parts };
}
