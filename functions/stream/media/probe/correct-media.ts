import type { RandomAccess } from '../../source/bytes.ts';
import { ac3Seconds } from '../demux/ac3-length.ts';
import { mp3Extent } from '../demux/mp3-extent.ts';
import { type Mp3Trim, mp3Trim } from '../demux/mp3-trim.ts';
import { chainedOggSeconds, isChainedOgg } from '../demux/ogg-links.ts';
import type { Media } from '../model/media.ts';

/** Players take the first recording for the whole, or the size for the length. */
const JOINED = 'several recordings follow each other in the file';
const PADDED = 'other data follows the audio';

export type Corrected = {
  readonly media: Media;
  /** Why the file cannot be sent unchanged; null if it can. */
  readonly originalObstacle: string | null;
  /** Why no track of it can be repackaged; null if they can. */
  readonly obstacle: string | null;
};

/** Corrects what the first headers of a file tell by the rest of it. */
export async function correctMedia(file: RandomAccess, media: Media): Promise<Corrected> {
  const extent = await extentOf(file, media);
  if (extent === null) {
    return { media: await corrected(file, media), originalObstacle: null, obstacle: null };
  }
  const { seconds, isJoined } = extent;
  const joined = { ...media, durationSeconds: seconds, ...(isJoined && { isJoined }) };
  const tracks = media.tracks.map((track) => ({ ...track, durationSeconds: null }));
  return {
    media: { ...joined, tracks },
    originalObstacle: isJoined ? JOINED : PADDED,
    obstacle: isJoined ? JOINED : null,
  };
}

async function corrected(file: RandomAccess, media: Media): Promise<Media> {
  const { container, tracks } = media;
  const [first] = tracks;
  if (container === 'mp3') return trimmed(media, await mp3Trim(file));
  if (container === 'other' && tracks.length === 1 && first?.kind === 'audio' && first.codec === 'ac3') {
    const seconds = await ac3Seconds(file);
    return seconds === null ? media : withLength(media, seconds);
  }
  const hasFilm = tracks.some(({ kind }) => kind === 'video');
  return container === 'ogg' && hasFilm && (await isChainedOgg(file)) ? withoutFilm(media) : media;
}

/** Leaves out what an encoder added at both ends. */
function trimmed(media: Media, trim: Mp3Trim | null): Media {
  if (trim === null) return media;
  const tracks = media.tracks.map((track) =>
    track.kind === 'audio' ? { ...track, codecDelaySeconds: trim.delaySeconds } : track,
  );
  return { ...media, durationSeconds: trim.heardSeconds ?? media.durationSeconds, tracks };
}

function withLength(media: Media, durationSeconds: number): Media {
  const tracks = media.tracks.map((track) => ({ ...track, durationSeconds: null }));
  return { ...media, durationSeconds, tracks };
}

/** A decoder is lost where another recording begins, and would leave the last frame standing. */
function withoutFilm(media: Media): Media {
  const tracks = media.tracks.map((track) =>
    track.kind === 'video' ? { ...track, codecString: null, undecodable: JOINED_FILMS } : track,
  );
  return { ...media, tracks };
}

const JOINED_FILMS = 'Several recordings with video follow each other in this file: they cannot be followed.';

/**
 * Duration of a file's audio if its first header covers only a part of it, or declares more than the file
 * holds.
 */
type Extent = { readonly seconds: number; readonly isJoined: boolean };

/** Returns null if the description is right. */
async function extentOf(file: RandomAccess, { container, tracks }: Media): Promise<Extent | null> {
  if (tracks.length !== 1) return null;
  if (container === 'ogg') {
    const seconds = await chainedOggSeconds(file);
    return seconds === null ? null : { seconds, isJoined: true };
  }
  if (container !== 'mp3') return null;
  const extent = await mp3Extent(file);
  return extent.kind === 'as declared'
    ? null
    : { seconds: extent.seconds, isJoined: extent.kind === 'joined' };
}
