import type { Limits } from '../base/limits.ts';
import { roundedSeconds } from '../base/rounded-seconds.ts';
import { CONTAINERS } from '../media/model/containers.ts';
import type { AudioTrack, Media, VideoTrack } from '../media/model/media.ts';
import type { Probed } from '../media/probe/probe.ts';
import type { StreamParameters } from '../route/stream-parameters.ts';
import type { StoredObject } from '../source/source.ts';
import type { BurntText } from './burnt.ts';
import { type Client, clientOf } from './client.ts';
import type { Obstacle } from './obstacles.ts';
import { audiosOf, earliestStart, filmsOf } from './select-tracks.ts';

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
