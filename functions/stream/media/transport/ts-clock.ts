import type { RandomAccess } from '../../source/bytes.ts';
import { findJoins } from './find-joins.ts';
import { measureJoin } from './measure-join.ts';
import { type ProgramMap, readProgramMap } from './mpegts.ts';
import { TICKS_PER_SECOND, ticksFrom, WRAP_TICKS } from './pes.ts';
import type { PacketLayout } from './program-clock.ts';
import { readClocks } from './ts-clocks.ts';

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

/**
 * Returns the correction; null if the file is no transport stream of one program, or has a clock that runs on
 * from its beginning to its end.
 */
export async function readTsClock(file: RandomAccess): Promise<TsClock | null> {
  const map = await readProgramMap(file);
  if (map === null) return null;
  const { layout } = map;
  const joins = await findJoins(file, layout);
  const [first] = await clocksAt(file, map, 0);
  const last = (await clocksAt(file, map, Math.max(0, file.sizeBytes - END_BYTES))).at(-1);
  if (first === undefined || last === undefined) return null;
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

const END_BYTES = 2 ** 20;

async function clocksAt(file: RandomAccess, { layout }: ProgramMap, start: number) {
  return readClocks(await file.read(start, start + END_BYTES), start, layout);
}
