import { PLAIN_AAC } from '../media/codecs/aac.ts';
import { audioProfile } from '../media/model/codecs.ts';
import { CONTAINERS } from '../media/model/containers.ts';
import type { AudioTrack, Media, VideoTrack } from '../media/model/media.ts';
import { clientOf } from './client.ts';
import { EDITED, type Obstacle, videoObstacle } from './obstacles.ts';

/** HEVC is offered only beside H.264, so that it needs no client that names it. */
const CLIENT = clientOf(['h264', 'hevc', 'aac'], null);

/** Why a film cannot be cut into segments unchanged, as far as its description tells; null if it may. */
export function filmCopyObstacle({ container }: Media, film: VideoTrack): Obstacle {
  const obstacle = videoObstacle(film, 'mp4', CLIENT);
  if (obstacle !== null) return obstacle;
  if (film.rotation !== 0) return 'the video is rotated';
  return containerObstacle(container);
}

/** Why an audio track cannot be cut into segments unchanged; null if it may. */
export function audioCopyObstacle(
  { container }: Media,
  { codec, codecString, isEdited }: AudioTrack,
): Obstacle {
  if (isEdited) return EDITED;
  if (codec !== 'aac') return `${codec} is not put into segments`;
  if (codecString === null || !PLAIN_AAC.test(codecString))
    return 'this kind of aac does not play everywhere';
  return containerObstacle(container);
}

/**
 * Why an audio track of more than stereo is not copied for clients that take its codec, beside what is encoded; null if it
 * may.
 */
export function besideObstacle({ container }: Media, { codec, channels }: AudioTrack): Obstacle {
  if (channels <= STEREO || !audioProfile(codec).isCopiedBeside) return `${codec} is not copied beside`;
  return containerObstacle(container);
}

/** Channels that every client plays. */
export const STEREO = 2;

function containerObstacle(container: Media['container']): Obstacle {
  return CONTAINERS[container].index !== null
    ? null
    : `a ${container} file does not tell where it can be cut`;
}
