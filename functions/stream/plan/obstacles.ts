import { aacName } from '../media/codecs/aac.ts';
import type { AudioTrack, Media, VideoTrack } from '../media/model/media.ts';
import { FORMATS, type Format } from '../route/formats.ts';
import type { StreamParameters } from '../route/stream-parameters.ts';
import { audioKind, type Client, hears, sees } from './client.ts';
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
  burn: { original: burnWish, remux: burnWish, videoCopy: burnWish, audioCopy: NONE },
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

function burnWish({ burn }: StreamParameters): Obstacle {
  return burn === null ? null : `burn=${burn} was asked for`;
}

function sizeWish(parameters: StreamParameters, { video }: EffectSubject): Obstacle {
  return video !== null && isSmaller(parameters, video) ? 'a smaller size was asked for' : null;
}

function isSmaller({ height, width }: StreamParameters, video: VideoTrack): boolean {
  return (height !== null && height < video.displayHeight) || (width !== null && width < video.displayWidth);
}

/** Says what the request asks to change, or which track players may choose although nothing plays it. */
export function requestObstacle(media: Media, selection: Selection, parameters: StreamParameters): Obstacle {
  const asked = effectObstacle('original', parameters, { media, ...selection });
  if (asked !== null) return asked;
  return media.tracks.some(({ kind, undecodable }) => kind === 'unknown' && undecodable !== null)
    ? 'it has a track that players may take and nothing plays'
    : null;
}

export function containerObstacle({ container }: Media, format: Format | null, client: Client): Obstacle {
  if (format !== null && FORMATS[format].container !== container) return `format=${format} was asked for`;
  return client.containers.has(container) ? null : `the client does not play ${container} files`;
}

/** Says why video does not play on a client in a container; null if it does. */
export function videoObstacle(video: VideoTrack, container: Media['container'], client: Client): Obstacle {
  const { codec } = video;
  if (video.isEdited) return EDITED;
  if (!client.video.has(codec)) return `${codec} does not play on this client`;
  if (!sees(client, container, codec)) return `${container} players do not take ${codec}`;
  if (video.codecString === null) return noConfiguration(video);
  if (codec === 'h264' && !isCommonProfile(video)) {
    return 'this profile of h264 does not play everywhere';
  }
  const deep = (video.bitDepth ?? 8) > 8;
  // HEVC and AV1 decoders take 10 bits as a matter of course; those of H.264 and VP9 in browsers often do not.
  if (deep && (codec === 'h264' || codec === 'vp9'))
    return `${video.bitDepth}-bit ${codec} does not play everywhere`;
  // Monochrome is part of AV1's main profile, and of no profile of H.264 that hardware decodes.
  const isGrey = video.chroma === 'monochrome' && codec !== 'h264';
  if (video.chroma !== null && video.chroma !== '4:2:0' && !isGrey) {
    return `${video.chroma} chroma does not play everywhere`;
  }
  if (video.interlaced) return 'the video is interlaced';
  if (video.mirrored) return 'players do not mirror video';
  if (video.crop !== null) return 'not every player crops video';
  return null;
}

/** Chromium takes no edit list of several parts, and plays all samples in their order. */
export const EDITED = 'its edit list shows several parts, and not every player follows one';

/** Why packets are not copied into an output from their first on; null if they may. Firefox shows what lies before. */
export function startObstacle({ hidesStart }: VideoTrack | AudioTrack): Obstacle {
  return hidesStart ? 'its edit list hides samples in front, and not every player does' : null;
}

/** Why a file is not sent as it is although all of it plays: Firefox shows all samples, and of fragments Chromium as well. */
export function hiddenObstacle({ video, audio }: Selection): Obstacle {
  return (video && hidingObstacle(video)) ?? (audio && hidingObstacle(audio));
}

function hidingObstacle(track: VideoTrack | AudioTrack): Obstacle {
  const atEnd = track.hidesEnd ? 'its edit list hides samples at the end, and not every player does' : null;
  return startObstacle(track) ?? atEnd;
}

/** Players need one: without any in the container, or with several, they fail at the first frame or midway. */
const noConfiguration = ({ kind, codec }: VideoTrack | AudioTrack) =>
  `no one decoder configuration describes the ${codec} ${kind}`;

/** Baseline, Main and High; what lies beyond them (lossless among it) only software decoders know. */
function isCommonProfile({ codecString, bitDepth, chroma }: VideoTrack): boolean {
  // Depth and colour have a sentence of their own.
  if ((bitDepth ?? 8) > 8 || (chroma !== null && chroma !== '4:2:0')) return true;
  return codecString === null || /^avc\d\.(42|4d|64)/i.test(codecString);
}

export function audioObstacle(audio: AudioTrack, container: Media['container'], client: Client): Obstacle {
  const { codec } = audio;
  if (audio.isEdited) return EDITED;
  if (!client.audio.has(codec)) return `${codec} does not play on this client`;
  if (codec === 'aac' && audio.codecString === null) return noConfiguration(audio);
  return hears(client, container, audio) ? null : `${container} players do not take ${kindName(audio)}`;
}

function kindName(audio: AudioTrack): string {
  return audioKind(audio) === 'rare aac' ? aacName(audio.codecString) : audioKind(audio);
}

export function trackObstacle(
  { video, audio }: Selection,
  container: Media['container'],
  client: Client,
): Obstacle {
  return (
    (video && videoObstacle(video, container, client)) ?? (audio && audioObstacle(audio, container, client))
  );
}

/** One of the formats names a codec whose container holds others as well. */
export function codecObstacle({ audio }: Selection, format: Format | null): Obstacle {
  return format === 'opus' && audio !== null && audio.codec !== 'opus' ? 'format=opus was asked for' : null;
}
