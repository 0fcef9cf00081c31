import type { Entry } from '../media/transport/entry.ts';
import type { Splice } from '../media/transport/splice.ts';
import type { ReadFrom } from './segment-arguments.ts';

/**
 * Seconds that are decoded before a segment if no index tells where its keyframe lies: most groups of
 * frames are no longer.
 */
const GUESSES_SECONDS = [1, 4, 16, 64];

/** Where ffmpeg begins to read, and the splice that it reads instead of the file, if any. */
export type ReadingPlace = ReadFrom & { readonly splice: Splice | null };

export const BEGINNING: ReadingPlace = { seekSeconds: null, splice: null, fillsFront: true };

/**
 * Returns where ffmpeg may begin to read for output from `seconds` on, on the file's timeline, the likeliest
 * first: the index's place, or else a little before; further back if nothing was found in time, and at last
 * with whatever was found. `firstSeconds` is where the track begins.
 */
export function readingPlaces(seconds: number, firstSeconds: number, indexed: number | null): ReadingPlace[] {
  const guesses = GUESSES_SECONDS.map((guess) => seconds - guess);
  const places: ReadingPlace[] = [];
  for (const place of indexed === null ? guesses : [indexed, ...guesses]) {
    // Nothing is sought within the first frames, so that decoders get everything that the file has for their
    // start.
    if (place < firstSeconds + 0.2) return [...places, BEGINNING];
    places.push({ seekSeconds: place, splice: null, fillsFront: false });
  }
  return [...places.slice(0, -1), ...places.slice(-1).map((last) => ({ ...last, fillsFront: true }))];
}

/**
 * Returns the places for an entry that a look at the file has found. Its headers may be wrong: the beginning
 * is next.
 */
export function placesOfEntry(entry: Entry): ReadingPlace[] {
  if (entry.kind === 'beginning') return [BEGINNING];
  return [{ seekSeconds: null, splice: entry.splice, fillsFront: false }, BEGINNING];
}
