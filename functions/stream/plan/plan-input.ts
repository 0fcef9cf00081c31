import type { Limits } from '../base/limits.ts';
import { badParameter, type Problem, unsupported } from '../base/problem.ts';
import { roundedSeconds } from '../base/rounded-seconds.ts';
import { CONTAINERS } from '../media/model/containers.ts';
import type { AudioTrack, Media, VideoTrack } from '../media/model/media.ts';
import type { Probed } from '../media/probe/probe.ts';
import { isVideoFormat } from '../route/formats.ts';
import type { StreamParameters } from '../route/stream-parameters.ts';
import type { StoredObject } from '../source/source.ts';
import type { BurntText } from './burnt.ts';
import { type Client, clientOf } from './client.ts';
import type { Obstacle } from './obstacles.ts';
import type { Output } from './output.ts';

/** All that a plan for `/stream` is a function of. */
export type PlanInput = {
  readonly media: Media;
  readonly sizeBytes: number;
  readonly parameters: StreamParameters;
  readonly client: Client;
  readonly limits: Limits & { readonly cores: number };
  /** Seconds until the invocation must have ended. */
  readonly secondsLeft: number;
  /** The subtitles that `parameters.burn` names, once they have been found. */
  readonly burnt?: BurntText;
  /** Why the file cannot be sent as it is, whoever asks; null if it can. */
  readonly originalObstacle: Obstacle;
  /** Why a track, by its index, cannot be repackaged as it is; null if it can. */
  readonly remuxObstacle: (trackIndex: number) => Obstacle;
};

export type Selection = { readonly video: VideoTrack | null; readonly audio: AudioTrack | null };

type About = Pick<PlanInput, 'limits'> & {
  readonly object: Pick<StoredObject, 'sizeBytes'>;
  readonly probed: Probed;
  secondsLeft(): number;
};

/**
 * Returns the input of a plan for a probed object; `accept` is the client's header. Time passes while a request is
 * answered, so ask for it right before planning.
 */
export function planInput(
  { object: { sizeBytes }, probed: { media, originalObstacle, remuxObstacle }, limits, ...about }: About,
  parameters: StreamParameters,
  accept: string | null,
): PlanInput {
  const client = clientOf(parameters.accept, accept);
  const secondsLeft = about.secondsLeft();
  return { media, sizeBytes, parameters, client, limits, secondsLeft, originalObstacle, remuxObstacle };
}

/** The part of the media that parameters name. */
type Part = Pick<StreamParameters, 'startSeconds' | 'durationSeconds'>;

/**
 * Returns the parameters in the one form that all those have which ask for the same content: plans follow from it,
 * and the names of cached outputs from plans.
 */
export function normalised(parameters: StreamParameters, media: Media): StreamParameters {
  const { bitrate } = parameters;
  const part = inMilliseconds(parameters);
  return {
    ...parameters,
    ...part,
    durationSeconds: lastsToTheEnd(part, media) ? null : part.durationSeconds,
    bitrate: bitrate === null ? null : inKilobits(bitrate),
  };
}

/** Rounds the times of a part to milliseconds; it is never empty. */
export function inMilliseconds({ startSeconds, durationSeconds }: Part): Part {
  return {
    startSeconds: roundedSeconds(startSeconds),
    durationSeconds: durationSeconds === null ? null : Math.max(0.001, roundedSeconds(durationSeconds)),
  };
}

/** Encoders take whole kilobits; a ceiling must not rise. */
function inKilobits(bitrate: number): number {
  return 1000 * Math.floor(bitrate / 1000);
}

function lastsToTheEnd({ startSeconds, durationSeconds }: Part, media: Media): boolean {
  const end = endOf(media);
  return durationSeconds !== null && end !== null && roundedSeconds(startSeconds + durationSeconds) >= end;
}

/** The end of all that plays, in seconds of the output's timeline; null if the file does not tell it for certain. */
function endOf(media: Media): number | null {
  if (media.durationSeconds === null || CONTAINERS[media.container].length === 'estimate') return null;
  const zeroSeconds = earliestStart(media);
  let end = media.durationSeconds;
  for (const { startSeconds, durationSeconds } of [...filmsOf(media), ...audiosOf(media)]) {
    // A header alone may say less than there is.
    if (durationSeconds === null) return null;
    end = Math.max(end, startSeconds + durationSeconds - zeroSeconds);
  }
  return roundedSeconds(end);
}

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
