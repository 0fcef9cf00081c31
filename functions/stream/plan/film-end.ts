import type { Media, VideoTrack } from '../media/model/media.ts';
import { earliestStart } from './plan-input.ts';

/** Returns the end of a film, in seconds from the presentation's zero; null if the file does not tell. */
export function filmEnd({ startSeconds, durationSeconds }: VideoTrack, media: Media): number | null {
  if (durationSeconds === null) return media.durationSeconds;
  return Math.max(0, startSeconds + durationSeconds - earliestStart(media));
}
