import { CONTAINERS } from '../media/model/containers.ts';
import type { AudioTrack, Media } from '../media/model/media.ts';

/**
 * Files whose sound has no times, and blocks that a demuxer can only guess a time's place among: by a rate of bytes that
 * its writer has rounded. And recordings that follow each other, where only a film's clock can be put right. Their samples are counted from the beginning.
 */
export function isCounted({ container, tracks, isJoined }: Media): boolean {
  if (isJoined) return true;
  if (!CONTAINERS[container].hasByteRateTimes) return false;
  return tracks.some((track): track is AudioTrack => track.kind === 'audio' && track.codec !== 'pcm');
}
