import { fragmentPlace } from '../media/isobmff/fragment-place.ts';
import type { VideoTrack } from '../media/model/media.ts';
import { findEntry } from '../media/transport/entry.ts';
import { keyframeBefore } from './keyframe-before.ts';
import { BEGINNING, placesOfEntry, type ReadingPlace, readingPlaces } from './reading-places.ts';
import type { EngineContext } from './transcode-object.ts';

/**
 * Returns where ffmpeg may begin to read for the frames of a track from `startSeconds` of the file's timeline
 * on, the likeliest place first; `isNear` if one keyframe before that time will do.
 */
export async function framePlaces(
  track: VideoTrack,
  startSeconds: number,
  { probed, access, cut }: EngineContext,
  { isNear = false } = {},
): Promise<ReadingPlace[]> {
  // Frames at the track's start need no seek: they begin with the file.
  if (startSeconds <= track.startSeconds) return [BEGINNING];
  // The cut is where the keyframe is looked for.
  if (cut !== undefined) return readingPlaces(startSeconds, track.startSeconds, startSeconds);
  const entry = await findEntry(access, probed, track, startSeconds);
  if (entry !== null) return placesOfEntry(entry);
  const { movie } = probed;
  const splice = movie && (await fragmentPlace(movie, access, track.index, startSeconds));
  if (splice) return placesOfEntry({ kind: 'place', splice });
  const indexed = keyframeBefore(probed, track, startSeconds) ?? (isNear ? startSeconds : null);
  return readingPlaces(startSeconds, track.startSeconds, indexed);
}
