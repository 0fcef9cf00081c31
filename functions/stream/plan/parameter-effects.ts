import type { Media, VideoTrack } from '../media/model/media.ts';
import type { StreamParameters } from '../route/stream-parameters.ts';
import type { Selection } from './plan-input.ts';

/** Why something cannot be sent unchanged, in words for people; null if nothing stands in the way. */
export type Obstacle = string | null;

/** What a parameter is judged by besides its value. */
export type EffectSubject = Selection & { readonly media: Media };

type Effect = (parameters: StreamParameters, subject: EffectSubject) => Obstacle;

/** The ways of sending something unchanged that a parameter may rule out. */
export type CheaperWay =
  /** The object's own bytes. */
  | 'original'
  /** Its packets in fragmented MP4, without ffmpeg. */
  | 'remux'
  /** The packets of its video, beside audio that ffmpeg encodes. */
  | 'videoCopy'
  /** The packets of its audio, beside video that ffmpeg encodes. */
  | 'audioCopy';

const NONE: Effect = () => null;

/** What each parameter of `/stream` rules out, in the order in which reasons are given. */
const PARAMETER_EFFECTS = {
  bitrate: {
    original: bitrateWish,
    remux: bitrateWish,
    videoCopy: bitrateWish,
    // If there is video, the bitrate is that of the video.
    audioCopy: (parameters, { video }) => (video === null ? bitrateWish(parameters) : null),
  },
  startSeconds: {
    original: startWish,
    remux: ({ startSeconds }, { video }) =>
      video !== null && startSeconds > 0 ? 'a cut between keyframes needs decoding' : null,
    videoCopy: startWish,
    audioCopy: startWish,
  },
  durationSeconds: {
    original: ({ durationSeconds }, { media }) =>
      durationSeconds !== null && durationSeconds < (media.durationSeconds ?? Number.POSITIVE_INFINITY)
        ? `duration=${durationSeconds} was asked for`
        : null,
    remux: NONE,
    videoCopy: NONE,
    audioCopy: NONE,
  },
  height: {
    original: (parameters, { video }) =>
      video !== null && isSmaller(parameters, video)
        ? `a size below ${video.displayWidth}x${video.displayHeight} was asked for`
        : null,
    remux: sizeWish,
    videoCopy: sizeWish,
    audioCopy: NONE,
  },
  // Together with `height`.
  width: { original: NONE, remux: NONE, videoCopy: NONE, audioCopy: NONE },
  format: {
    original: ({ format }, { media, video }) =>
      format !== null && video === null && media.tracks.some((t) => t.kind === 'video' && !t.isCoverArt)
        ? `format=${format} holds no video`
        : null,
    remux: ({ format }) => (format !== null && format !== 'mp4' ? `format=${format} was asked for` : null),
    videoCopy: NONE,
    audioCopy: NONE,
  },
  audio: {
    original: (_, { media, audio }) => {
      const first = media.tracks.find((track) => track.kind === 'audio');
      return audio !== null && first !== undefined && audio.index !== first.index
        ? 'players take the first audio track, and another one was chosen'
        : null;
    },
    remux: NONE,
    videoCopy: NONE,
    audioCopy: NONE,
  },
  channels: { original: channelsWish, remux: channelsWish, videoCopy: NONE, audioCopy: channelsWish },
  speed: { original: speedWish, remux: speedWish, videoCopy: speedWish, audioCopy: speedWish },
  loudness: { original: loudnessWish, remux: loudnessWish, videoCopy: NONE, audioCopy: loudnessWish },
  metadata: {
    original: NONE,
    remux: ({ metadata }) => (metadata === null ? null : `metadata=${metadata} was asked for`),
    videoCopy: NONE,
    audioCopy: NONE,
  },
  // It decides the client of the plan.
  accept: { original: NONE, remux: NONE, videoCopy: NONE, audioCopy: NONE },
} as const satisfies Record<keyof StreamParameters, Record<CheaperWay, Effect>>;

/** Why a request rules out a way of sending something unchanged; null if it does not. */
export function effectObstacle(
  way: CheaperWay,
  parameters: StreamParameters,
  subject: EffectSubject,
): Obstacle {
  for (const effects of Object.values<Record<CheaperWay, Effect>>(PARAMETER_EFFECTS)) {
    const obstacle = effects[way](parameters, subject);
    if (obstacle !== null) return obstacle;
  }
  return null;
}

function bitrateWish({ bitrate }: StreamParameters): Obstacle {
  return bitrate === null ? null : `bitrate=${bitrate} was asked for`;
}

function startWish({ startSeconds }: StreamParameters): Obstacle {
  return startSeconds > 0 ? `start=${startSeconds} was asked for` : null;
}

/** One channel is no more than two. */
function channelsWish({ channels }: StreamParameters, { audio }: EffectSubject): Obstacle {
  if (channels === null || audio === null || audio.channels === channels) return null;
  return channels === 2 && audio.channels === 1 ? null : `channels=${channels} was asked for`;
}

function speedWish({ speed }: StreamParameters): Obstacle {
  return speed === 1 ? null : `speed=${speed} was asked for`;
}

function loudnessWish({ loudness }: StreamParameters): Obstacle {
  return loudness === null ? null : `loudness=${loudness} was asked for`;
}

function sizeWish(parameters: StreamParameters, { video }: EffectSubject): Obstacle {
  return video !== null && isSmaller(parameters, video) ? 'a smaller size was asked for' : null;
}

function isSmaller({ height, width }: StreamParameters, video: VideoTrack): boolean {
  return (height !== null && height < video.displayHeight) || (width !== null && width < video.displayWidth);
}
