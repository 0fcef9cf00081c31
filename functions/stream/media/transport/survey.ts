import type { RandomAccess } from '../../source/bytes.ts';
import { type Changes, changesAmong, NO_CHANGES } from './changes.ts';
import { readProgramMap } from './mpegts.ts';
import { isProgramStream } from './ps-packets.ts';
import { programTimekeeping } from './ps-timekeeping.ts';
import { readStreamClock, type StreamClock } from './stream-clock.ts';
import { readBeginnings, readWindows } from './survey-windows.ts';
import { transportTimekeeping } from './ts-timekeeping.ts';

/** What a look at a transport or program stream from afar tells, which its demuxers do not. */
export type Survey = {
  /** Null if its clock is right. */
  readonly clock: StreamClock | null;
  readonly changes: Changes;
};

/** Surveys a transport stream of one program, or a program stream; null for other files. */
export async function surveyStream(file: RandomAccess): Promise<Survey | null> {
  if (isProgramStream(await file.read(0, Math.min(HEAD_BYTES, file.sizeBytes)))) {
    const timekeeping = programTimekeeping(file.sizeBytes);
    const windows = await readWindows(file, timekeeping);
    return { clock: await readStreamClock(file, timekeeping, windows), changes: NO_CHANGES };
  }
  const map = await readProgramMap(file);
  if (map === null) return null;
  const timekeeping = transportTimekeeping(map, file.sizeBytes);
  const windows = await readWindows(file, timekeeping);
  const clock = await readStreamClock(file, timekeeping, windows);
  const joins = clock?.parts.slice(1).map(({ start }) => start) ?? [];
  const beginnings = await readBeginnings(file, joins);
  return { clock, changes: changesAmong([...windows, ...beginnings], map) };
}

const HEAD_BYTES = 4;
