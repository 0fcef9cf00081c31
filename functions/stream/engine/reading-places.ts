import type { ReadFrom } from './segment-arguments.ts';

/** What is decoded before a segment where no index tells where its keyframe lies: as long as most of them last. */
const GUESSES_SECONDS = [1, 4, 16, 64];

/**
 * Where ffmpeg is to begin to read for something that begins at `seconds`, on the file's timeline, the likeliest first:
 * what the index tells, else a little before; further back where nothing was found in time, and at last with what was
 * found. `firstSeconds` is where the track begins.
 */
export function readingPlaces(seconds: number, firstSeconds: number, indexed: number | null): ReadFrom[] {
  const guesses = GUESSES_SECONDS.map((guess) => seconds - guess);
  const places: ReadFrom[] = [];
  for (const place of indexed === null ? guesses : [indexed, ...guesses]) {
    // Within the first frames nothing is sought, so that decoders get all that the file has for their start.
    if (place < firstSeconds + 0.2) return [...places, { seekSeconds: null, fillsFront: true }];
    places.push({ seekSeconds: place, fillsFront: false });
  }
  return [...places.slice(0, -1), ...places.slice(-1).map((last) => ({ ...last, fillsFront: true }))];
}
