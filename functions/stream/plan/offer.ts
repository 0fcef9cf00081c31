import { unsupported } from '../base/problem.ts';
import type { AudioTrack, Media, VideoTrack } from '../media/model/media.ts';
import { NO_PARAMETERS } from '../route/stream-parameters.ts';
import { audioCopyObstacle } from './copyable.ts';
import { audiosOf, earliestStart, filmsOf, nothingPlays, selectTracks } from './plan-input.ts';

/** The tracks that adaptive streaming offers, on the presentation's own timeline. */
export type Offer = {
  /** Its zero on the file's timeline: the earliest start of all tracks of the file that last. */
  readonly zeroSeconds: number;
  readonly film: Offered<VideoTrack> | null;
  /** The default one first. */
  readonly audios: readonly Offered<AudioTrack>[];
};

export type Offered<T> = {
  readonly track: T;
  /** From the presentation's zero; not negative. */
  readonly startSeconds: number;
  readonly endSeconds: number;
};

/** Playlists name every segment: beyond this they are a burden, and the duration is most likely false. */
const MAX_SECONDS = 30 * 3600;
/** More than any film has; a file can claim to have many and to last for ever, and each is planned. */
const MAX_AUDIO_TRACKS = 32;

/** Selects the tracks to offer. Throws `unsupported-media` if there is nothing to play, or no end to it. */
export function offerOf(media: Media): Offer {
  const { video, audio } = selectTracks(media, NO_PARAMETERS);
  const film = video !== null && isLasting(video) ? video : null;
  const others = audiosOf(media).filter((track) => track !== audio);
  const audios = [...(audio === null ? [] : [audio]), ...others]
    .filter((track) => isLasting(track) && isOffered(media, track))
    .slice(0, MAX_AUDIO_TRACKS);
  if (film === null && audios.length === 0)
    throw nothingPlays(media, 'The video and the audio of the file have no duration.');
  const zeroSeconds = zeroOf(media);
  const offered = <T extends VideoTrack | AudioTrack>(track: T) => ({
    track,
    startSeconds: track.startSeconds - zeroSeconds,
    endSeconds: trackEndSeconds(track, media) - zeroSeconds,
  });
  return { zeroSeconds, film: film && offered(film), audios: audios.map(offered) };
}

/** The zero of the film's timeline, as players see it, on the file's; 0 for a file without such tracks. */
export function textZeroSeconds(media: Media): number {
  const zero = zeroOf(media);
  return Number.isFinite(zero) ? zero : 0;
}

/** Tracks that are not offered count as well: what can be decoded here must not move the others. */
function zeroOf(media: Media): number {
  const lasting = [...filmsOf(media), ...audiosOf(media)].filter(isLasting);
  return Math.min(...lasting.map(({ startSeconds }) => startSeconds));
}

/** A track that cannot be decoded here is offered only if it can be copied. */
function isOffered(media: Media, track: AudioTrack): boolean {
  return track.undecodable === null || audioCopyObstacle(media, track) === null;
}

function isLasting({ durationSeconds }: VideoTrack | AudioTrack): boolean {
  return durationSeconds === null || durationSeconds > 0;
}

/** On the file's timeline. Throws `unsupported-media` where nothing tells it, or what tells it cannot be true. */
export function trackEndSeconds(
  { startSeconds, durationSeconds }: VideoTrack | AudioTrack,
  media: Media,
): number {
  const whole = media.durationSeconds;
  if (durationSeconds === null && whole === null) {
    throw unsupported(
      'The file does not tell how long it is, which segments need; it can be streamed whole.',
    );
  }
  const end = durationSeconds === null ? earliestStart(media) + (whole ?? 0) : startSeconds + durationSeconds;
  if (end - startSeconds <= MAX_SECONDS) return end;
  throw unsupported(
    `The file claims to last ${Math.round(end - startSeconds)} seconds; segments cover at most ${MAX_SECONDS}.`,
  );
}
