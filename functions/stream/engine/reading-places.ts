import type { Entry } from '../media/transport/entry.ts';
import type { Splice } from '../media/transport/splice.ts';
import type { ReadFrom } from './segment-arguments.ts';

/** What is decoded before a segment where no index tells where its keyframe lies: as long as most of them last. */
const GUESSES_SECONDS = [1, 4, 16, 64];

/** What ffmpeg is given, where that is not the file as it is, and where it begins to read in it. */
export type ReadingPlace = ReadFrom & { readonly splice: Splice | null };

export const BEGINNING: ReadingPlace = { seekSeconds: null, splice: null, fillsFront: true };

/**
 * Where ffmpeg is to begin to read for something that begins at `seconds`, on the file's timeline, the likeliest first:
 * what the index tells, else a little before; further back where nothing was found in time, and at last with what was
 * found. `firstSeconds` is where the track begins.
 */
export function readingPlaces(seconds: number, firstSeconds: number, indexed: number | null): ReadingPlace[] {
  const guesses = GUESSES_SECONDS.map((guess) => seconds - guess);
  const places: ReadingPlace[] = [];
  for (const place of indexed === null ? guesses : [indexed, ...guesses]) {
    // Within the first frames nothing is sought, so that decoders get all that the file has for their start.
    if (place < firstSeconds + 0.2) return [...places, BEGINNING];
    places.push({ seekSeconds: place, splice: null, fillsFront: false });
  }
  return [...places.slice(0, -1), ...places.slice(-1).map((last) => ({ ...last, fillsFront: true }))];
}

/** Where a look at the file has found the place. What its headers promise may be false: then from the beginning. */
export function placesOfEntry(entry: Entry): ReadingPlace[] {
  if (entry.kind === 'beginning') return [BEGINNING];
  return [{ seekSeconds: null, splice: entry.splice, fillsFront: false }, BEGINNING];
}
