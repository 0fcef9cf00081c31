import type { RandomAccess } from '../../source/bytes.ts';
import { readRanges } from '../../source/read-ranges.ts';
import { type Changes, changesAmong, NO_CHANGES } from './changes.ts';
import { readProgramMap } from './mpegts.ts';
import { SURVEYED_BYTES } from './survey-windows.ts';

/** A look at each megabyte has some frames of audio, and misses no change of a few seconds. */
const STEP_BYTES = 2 ** 20;
const LOOK_BYTES = 64 * 1024;
/** More is not sent in one answer. */
const MOST_LOOKS = 256;

/**
 * Finds what changes before `end`, by many more looks than a survey takes: each of them
 * should be one request. None in files that the survey has read whole.
 */
export async function findChanges(file: RandomAccess, end: number): Promise<Changes> {
  if (file.sizeBytes <= SURVEYED_BYTES) return NO_CHANGES;
  const map = await readProgramMap(file);
  if (map === null) return NO_CHANGES;
  const looks = Math.min(MOST_LOOKS, Math.ceil(Math.min(end, file.sizeBytes) / STEP_BYTES));
  const ranges = Array.from({ length: looks }, (_, i) => ({
    start: Math.floor((i * Math.min(end, file.sizeBytes)) / looks),
    length: LOOK_BYTES,
  }));
  const found = await readRanges(file, ranges);
  const stretches = found.map((bytes, i) => ({ position: ranges[i]?.start ?? 0, bytes }));
  return changesAmong(stretches, map);
}
