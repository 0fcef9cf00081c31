import { badParameter, unsupported } from '../base/problem.ts';
import { CONTAINERS, profileOf } from '../media/model/containers.ts';
import type { Media } from '../media/model/media.ts';
import { isVideoFormat } from '../route/formats.ts';
import type { StreamParameters } from '../route/stream-parameters.ts';
import { measuringExcess } from './loudness.ts';
import {
  audioObstacle,
  codecObstacle,
  containerObstacle,
  effectObstacle,
  hiddenObstacle,
  type Obstacle,
  requestObstacle,
  startObstacle,
  trackObstacle,
} from './obstacles.ts';
import { mediaTypeOf, type Output } from './output.ts';
import { normalised, type PlanInput, type Selection, selectTracks } from './plan-input.ts';
import { outputSeconds, planOutput } from './plan-output.ts';
import { type Prediction, predictTranscode } from './predict.ts';
import { refuseAbove, refuseParameters, refuseTracks, refuseWork } from './refuse.ts';

/** How `/stream` answers: the cheapest way that the client can play. */
export type StreamPlan =
  | (Planned & { readonly kind: 'passthrough' })
  | (Planned & { readonly kind: 'faststart'; readonly withoutLocation: boolean })
  | (Planned & {
      readonly kind: 'remux';
      /** `Track.index` of what is repackaged. */
      readonly tracks: readonly number[];
      readonly startSeconds: number;
      readonly durationSeconds: number | null;
    })
  | (Planned & { readonly kind: 'transcode'; readonly output: Output });

type Planned = {
  readonly contentType: string;
  /** Why it is not done more cheaply; in words for people. */
  readonly reason: string;
  readonly predicted: Prediction;
};

/** Throws `Problem`: a wrong parameter, nothing to play, or more than one response or one invocation can carry. */
export function planStream(given: PlanInput): StreamPlan {
  refuseParameters(given.parameters, given.limits);
  const input = { ...given, parameters: normalised(given.parameters, given.media) };
  const { media, parameters, client } = input;
  const wanted = selectTracks(media, parameters);
  refuseOutside(media, parameters);
  refuseMoreChannels(wanted, parameters);

  const obstacle =
    requestObstacle(media, wanted, parameters) ??
    containerObstacle(media, parameters.format, client) ??
    input.originalObstacle ??
    codecObstacle(wanted, parameters.format) ??
    trackObstacle(wanted, media.container, client) ??
    hiddenObstacle(wanted);
  if (obstacle === null) return planOriginal(input, wanted);
  const leftOut = undecodableAudio(input, wanted);
  const selection = leftOut === null ? wanted : { ...wanted, audio: null };
  const asIs = leftOut === null ? obstacle : `${obstacle}; ${leftOut}`;
  refuseTracks(media, input.limits);

  const asked = remuxRequestObstacle(input, selection);
  const inTracks = asked ?? remuxTrackObstacle(input, selection);
  if (inTracks === null) return planRemux(input, selection, asIs);

  const output = planOutput(input, selection);
  const unmeasured =
    output.loudness?.kind === 'adaptive' ? measuringExcess(outputSeconds(input), input.limits) : null;
  const whys = [asIs, asked !== null || asIs === inTracks ? null : inTracks, unmeasured];
  const plan = {
    kind: 'transcode' as const,
    output,
    contentType: mediaTypeOf(output),
    // What the request itself rules out has been said once.
    reason: whys.filter((why) => why !== null).join('; '),
    predicted: predictTranscode(output, selection, input),
  };
  refuseBeyond(plan, input);
  return plan;
}

/**
 * Says why the audio of a film is left out: it can neither be decoded here nor copied. Throws `unsupported-media` if
 * nothing is left without it, or if it was asked for.
 */
function undecodableAudio(input: PlanInput, { video, audio }: Selection): Obstacle {
  const { client, parameters, remuxObstacle } = input;
  if (audio === null || audio.undecodable === null) return null;
  const stays = audioObstacle(audio, 'mp4', client) === null && remuxObstacle(audio.index) === null;
  if (stays && (parameters.format ?? 'mp4') === 'mp4') return null;
  if (video === null || parameters.audio !== null) throw unsupported(audio.undecodable);
  return `the audio is left out: ${audio.undecodable.replace(/\.$/, '')}`;
}

function planOriginal({ media, sizeBytes }: PlanInput, { video }: Selection): StreamPlan {
  const { files } = profileOf(media.container);
  if (files === null) throw unsupported(`A ${media.container} file cannot be sent as it is.`);
  const contentType = files[video === null ? 'audio' : 'video'].type;
  const planned = { contentType, predicted: predictCopy(sizeBytes) };
  const { layout } = media;
  if (layout !== null && !layout.fragmented && (layout.moovAtEnd || layout.hasLocation)) {
    const reason = layout.moovAtEnd ? 'the index is at the end of the file' : 'the metadata names a place';
    return { ...planned, kind: 'faststart', withoutLocation: layout.hasLocation, reason };
  }
  return { ...planned, kind: 'passthrough', reason: 'the client plays the file as it is' };
}

function remuxRequestObstacle({ media, parameters, client }: PlanInput, selection: Selection): Obstacle {
  if (!client.containers.has('mp4')) return 'the client does not play mp4';
  return effectObstacle('remux', parameters, { media, ...selection });
}

function remuxTrackObstacle({ client, remuxObstacle }: PlanInput, selection: Selection): Obstacle {
  const { video, audio } = selection;
  return (
    trackObstacle(selection, 'mp4', client) ??
    // Repackaged audio begins with the packets that its decoder needs.
    (video && startObstacle(video)) ??
    (video && remuxObstacle(video.index)) ??
    (audio && remuxObstacle(audio.index))
  );
}

function planRemux(input: PlanInput, { video, audio }: Selection, reason: string): StreamPlan {
  const { sizeBytes, media, parameters } = input;
  const share =
    media.durationSeconds === null || media.durationSeconds === 0 || parameters.durationSeconds === null
      ? 1
      : Math.min(1, parameters.durationSeconds / media.durationSeconds);
  const plan: StreamPlan = {
    kind: 'remux',
    tracks: [video, audio].flatMap((track) => (track === null ? [] : [track.index])),
    startSeconds: parameters.startSeconds,
    durationSeconds: parameters.durationSeconds,
    contentType: CONTAINERS.mp4.files[video === null ? 'audio' : 'video'].type,
    reason,
    predicted: predictCopy(Math.ceil(sizeBytes * share)),
  };
  refuseBeyond(plan, input);
  return plan;
}

/** Copying takes no work worth counting; a container adds less than 2 % and 64 KB. */
function predictCopy(sizeBytes: number): Prediction {
  return { seconds: 0, bytes: sizeBytes };
}

function refuseOutside(
  { durationSeconds }: Media,
  { startSeconds, format, height, width }: StreamParameters,
): void {
  if (durationSeconds !== null && startSeconds > 0 && startSeconds >= durationSeconds) {
    throw badParameter(
      `The parameter "start" must be less than the duration of the media, ${durationSeconds.toFixed(3)} seconds.`,
    );
  }
  if (format !== null && !isVideoFormat(format) && (height !== null || width !== null)) {
    throw badParameter(
      `The parameter "${height !== null ? 'height' : 'width'}" does not apply to format=${format}.`,
    );
  }
}

function refuseMoreChannels({ audio }: Selection, { channels }: StreamParameters): void {
  if (channels === null) return;
  if (audio === null) throw badParameter('The parameter "channels" does not apply: the file has no audio.');
  if (channels > Math.max(2, audio.channels)) {
    const count = audio.channels === 1 ? 'one channel' : `${audio.channels} channels`;
    throw badParameter(`The parameter "channels" must be 2: the audio has ${count}.`);
  }
}

/** The unit of work is bounded before it starts, since a streaming function cannot see that its client has gone. */
function refuseBeyond({ predicted }: StreamPlan, input: PlanInput): void {
  const { limits, parameters, media } = input;
  const part = 'ask for a part of it with start and duration';
  const source = parameters.durationSeconds ?? (media.durationSeconds ?? 0) - parameters.startSeconds;
  const length = source / parameters.speed;
  refuseAbove('maxDurationSeconds', length, limits, part);
  refuseWork(predicted, input, {
    forSeconds: `ask for a smaller height, or ${part}`,
    forBytes: `ask for a smaller height or bitrate, or ${part}`,
  });
}
