import { badParameter, type Problem, unsupported } from '../base/problem.ts';
import type { AudioTrack, Media, VideoTrack } from '../media/model/media.ts';
import { isVideoFormat } from '../route/formats.ts';
import type { StreamParameters } from '../route/stream-parameters.ts';
import type { Output } from './output.ts';
import type { Selection } from './plan-input.ts';

/** The video tracks of a file without its cover art. */
export function filmsOf(media: Media): readonly VideoTrack[] {
  return media.tracks.filter((track): track is VideoTrack => track.kind === 'video' && !track.isCoverArt);
}

export function audiosOf(media: Media): readonly AudioTrack[] {
  return media.tracks.filter((track): track is AudioTrack => track.kind === 'audio');
}

/** The tracks that an output has been planned of. */
export function sourcesOf(media: Media, { video, audio }: Pick<Output, 'video' | 'audio'>): Selection {
  return {
    video: filmsOf(media).find(({ stream }) => stream === video?.stream) ?? null,
    audio: audiosOf(media).find(({ stream }) => stream === audio?.stream) ?? null,
  };
}

/** The zero of ffmpeg's timeline: the earliest start of all tracks that play, which cover art does not. */
export function earliestStart(media: Media): number {
  const starts = [...filmsOf(media), ...audiosOf(media)].map(({ startSeconds }) => startSeconds);
  return starts.length === 0 ? 0 : Math.min(...starts);
}

/**
 * The tracks that are played: the default ones of those that can be decoded here, else the default ones; or the audio
 * track that was asked for. Throws `Problem`.
 */
export function selectTracks(media: Media, { audio: wanted, format }: StreamParameters): Selection {
  const audios = audiosOf(media);
  if (wanted !== null && audios[wanted] === undefined) {
    const count = audios.length === 1 ? 'one audio track' : `${audios.length} audio tracks`;
    throw badParameter(
      audios.length === 0
        ? 'The parameter "audio" does not apply: the file has no audio.'
        : `The parameter "audio" must be between 0 and ${audios.length - 1}: the file has ${count}.`,
    );
  }
  const takesVideo = format === null || isVideoFormat(format);
  const video = takesVideo ? preferred(filmsOf(media)) : null;
  const audio = wanted === null ? preferred(audios) : (audios[wanted] ?? null);
  if (video === null && audio === null) {
    throw takesVideo ? nothingPlays(media) : nothingPlays(media, 'The file has no audio track.');
  }
  return { video, audio };
}

/** Says why nothing of a file plays, if that is known. */
export function nothingPlays(
  { tracks }: Media,
  otherwise = 'The file has neither video nor audio.',
): Problem {
  const [reason = otherwise] = tracks.flatMap(({ undecodable }) => undecodable ?? []);
  return unsupported(reason);
}

function preferred<T extends VideoTrack | AudioTrack>(tracks: readonly T[]): T | null {
  const decodable = tracks.filter(({ undecodable }) => undecodable === null);
  const best = decodable.length > 0 ? decodable : tracks;
  return best.find(({ isDefault }) => isDefault) ?? best[0] ?? null;
}
