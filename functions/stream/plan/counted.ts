import { CONTAINERS } from '../media/model/containers.ts';
import type { AudioTrack, Media } from '../media/model/media.ts';

/**
 * Returns whether audio samples have to be counted from the beginning: in files without times, in which a demuxer can only
 * guess a block's time by a rounded byte rate; and in joined recordings, of which only a film's clock can be corrected.
 */
export function isCounted({ container, tracks, isJoined }: Media): boolean {
  if (isJoined) return true;
  if (!CONTAINERS[container].hasByteRateTimes) return false;
  return tracks.some((track): track is AudioTrack => track.kind === 'audio' && track.codec !== 'pcm');
}
