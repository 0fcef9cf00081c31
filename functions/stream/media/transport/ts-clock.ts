import type { RandomAccess } from '../../source/bytes.ts';
import { measureJoin } from './measure-join.ts';
import type { ProgramMap } from './mpegts.ts';
import { TICKS_PER_SECOND, ticksFrom, WRAP_TICKS } from './pes.ts';
import type { PacketLayout } from './program-clock.ts';
import { surveyClock } from './survey-clock.ts';
import type { Window } from './survey-windows.ts';

/** The correction of a transport stream's clock: for joined recordings, and for a clock that wraps around. */
export type TsClock = {
  readonly layout: PacketLayout;
  /** Parts in the file's order; the first begins with it. */
  readonly parts: readonly ClockPart[];
};

export type ClockPart = {
  readonly start: number;
  /**
   * Ticks of 90 kHz that are added to each time, and the numbers added to the continuity counters of each
   * stream.
   */
  readonly addedTicks: number;
  readonly addedCounts: ReadonlyMap<number, number>;
};

/** Demuxers take times within a minute before the clock wraps around for negative. */
const BEFORE_ROUND_TICKS = 61 * TICKS_PER_SECOND;
/** Start of a corrected clock. */
const BEGIN_TICKS = 10 * TICKS_PER_SECOND;

/** Returns the correction; null if the clock runs on from the file's beginning to its end. */
export async function readTsClock(
  file: RandomAccess,
  map: ProgramMap,
  windows: readonly Window[],
): Promise<TsClock | null> {
  const { layout } = map;
  const survey = await surveyClock(file, layout, windows);
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
    const part = before && (await measureJoin(file, map, before, start));
    if (part) parts.push(part);
  }
  return { layout, parts };
}
