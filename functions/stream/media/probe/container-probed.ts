import type { CachedAccess } from '../../source/cache.ts';
import { remuxObstacle } from '../cuts/container-packets.ts';
import { extentOf } from '../demux/extent.ts';
import type { Media } from '../model/media.ts';
import type { Probed } from './probe.ts';

export const CUT_OFF = 'the file is cut off';
/** Players take the first recording for the whole, or the size for the length. */
const JOINED = 'several recordings follow each other in the file';
const PADDED = 'other data follows the audio';

/** Builds the probe's result for a container other than ISO base media. */
export function containerProbed(
  media: Media,
  originalObstacle: string | null,
  obstacle: string | null,
): Probed {
  return {
    media,
    movie: null,
    clock: null,
    originalObstacle,
    endsEarly: originalObstacle === CUT_OFF,
    remuxObstacle(trackIndex) {
      if (obstacle !== null) return obstacle;
      const track = media.tracks.find(({ index }) => index === trackIndex);
      if (!track) return 'there is no such track';
      // Without a length in its header, such a file may change its sample rate on the way.
      if (media.container === 'flac' && media.durationSeconds === null) return 'its length is unknown';
      return remuxObstacle(media.container, track);
    },
  };
}

/** Corrects the length to that of all the audio. */
export async function withExtent(file: CachedAccess, probed: Probed): Promise<Probed> {
  const extent = await extentOf(file, probed.media);
  if (extent === null) return probed;
  const { seconds, isJoined } = extent;
  const media = { ...probed.media, durationSeconds: seconds, ...(isJoined && { isJoined }) };
  const tracks = media.tracks.map((track) => ({ ...track, durationSeconds: null }));
  return containerProbed({ ...media, tracks }, isJoined ? JOINED : PADDED, isJoined ? JOINED : null);
}
