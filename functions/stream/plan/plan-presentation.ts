import type { Limits } from '../base/limits.ts';
import type { Cuts } from '../media/model/cuts.ts';
import type { AudioTrack, Media } from '../media/model/media.ts';
import { type PlannedAudio, planAudioTrack } from './audio-rendition.ts';
import { audioCopyObstacle, besideObstacle, filmCopyObstacle } from './copyable.ts';
import { planFilm } from './film-renditions.ts';
import { offerOf } from './offer.ts';
import { nothingPlays } from './plan-input.ts';
import type { Presentation, Rendition } from './presentation.ts';
import { refuseTracks } from './refuse.ts';

/** All that the offer of adaptive streaming is a function of. */
export type PresentationInput = {
  readonly media: Media;
  /** Of the tracks that `copyCandidates` names. */
  readonly cuts: ReadonlyMap<number, CutsOrWhyNot>;
  /** Those whose init segment can be that of encoded parts as well. */
  readonly joinable: ReadonlySet<number>;
  readonly sizeBytes: number;
  readonly limits: Limits;
};

/** Where a track can be cut, or why it cannot, in words for people. */
export type CutsOrWhyNot = Cuts | { readonly whyNot: string };

/** `Track.index` of what may be cut as it is: whether it can, only its index tells. Throws as `planPresentation`. */
export function copyCandidates(media: Media): readonly number[] {
  const { film, audios } = offerOf(media);
  return [
    ...(film !== null && filmCopyObstacle(media, film.track) === null ? [film.track.index] : []),
    ...audios.flatMap(({ track }) => (isCandidate(media, track) ? [track.index] : [])),
  ];
}

function isCandidate(media: Media, track: AudioTrack): boolean {
  return audioCopyObstacle(media, track) === null || besideObstacle(media, track) === null;
}

/**
 * Decides all renditions and their segments. Throws `unsupported-media` where there is nothing to play or no end to it,
 * `too-large` where what would have to be decoded is beyond a limit, or there are too many tracks.
 */
export function planPresentation(input: PresentationInput): Presentation {
  refuseTracks(input.media, input.limits);
  const { zeroSeconds, film, audios } = offerOf(input.media);
  const films = film && planFilm(film, input);
  const audio: PlannedAudio[] = [];
  for (const offered of audios) {
    const planned = planAudioTrack(offered, input, films?.meetsAt ?? [], audio.length === 0);
    if (planned !== null) audio.push(planned);
  }
  if (films === null && audio.length === 0) throw nothingPlays(input.media);
  const video = films?.renditions ?? [];
  const renditions = audio.flatMap(({ renditions }) => renditions);
  const reasons = new Set([films?.whyNotCopied ?? null, ...audio.map(({ whyEncoded }) => whyEncoded)]);
  reasons.delete(null);
  return {
    zeroSeconds,
    durationSeconds: Math.max(...[...video, ...renditions].map(endOf)),
    video,
    audio: renditions,
    reason: reasons.size > 0 ? [...reasons].join('; ') : 'what the file holds is cut as it is',
  };
}

function endOf({ segments, timescale }: Rendition): number {
  const last = segments.at(-1);
  return last === undefined ? 0 : (last.startTicks + last.durationTicks) / timescale;
}
