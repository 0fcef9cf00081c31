import type { RandomAccess } from '../../source/bytes.ts';
import { firstIndex } from '../model/first-index.ts';
import { randomAccessEntries } from './fragment-index.ts';
import type { Movie } from './movie.ts';
import { timelineOf } from './timeline.ts';

/** The header of a movie, and the place in the file at which what follows it begins. */
type FragmentPlace = { readonly head: Uint8Array; readonly from: number };

/** More than any header has that is followed by fragments. */
const MOST_HEAD_BYTES = 8 * 2 ** 20;

/**
 * Finds the fragment from which on a track can be decoded at a time of the file's timeline, in a movie with
 * more fragments than are read: as a file of its header and what follows that fragment's start. Null if the
 * movie's fragments are known, or if it has no random access boxes at its end.
 */
export async function fragmentPlace(
  movie: Movie,
  file: RandomAccess,
  trackIndex: number,
  seconds: number,
): Promise<FragmentPlace | null> {
  const track = movie.tracks[trackIndex];
  if (!track || movie.fragments === null || movie.fragments.tables !== null) return null;
  const { mediaTime, delaySeconds, isComplex } = timelineOf(movie, track);
  if (isComplex || movie.moov.end > MOST_HEAD_BYTES) return null;
  const entries = (await randomAccessEntries(file)).find(({ trackId }) => trackId === track.id);
  if (entries === undefined || entries.count === 0) return null;
  const time = mediaTime + (seconds - delaySeconds) * track.timescale;
  const later = firstIndex(0, entries.count, (index) => entries.at(index).time > time);
  const { moofAt } = entries.at(Math.max(0, later - 1));
  if (moofAt < movie.moov.end || moofAt >= file.sizeBytes) return null;
  return { head: await file.read(0, movie.moov.end), from: moofAt };
}
