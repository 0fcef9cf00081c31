import { aacName } from '../media/codecs/aac.ts';
import type { AudioTrack, Media, VideoTrack } from '../media/model/media.ts';
import { FORMATS, type Format } from '../route/formats.ts';
import type { StreamParameters } from '../route/stream-parameters.ts';
import { type Client, hears, sees } from './client.ts';
import { audioKind } from './pairs.ts';
import { effectObstacle, type Obstacle } from './parameter-effects.ts';
import type { Selection } from './plan-input.ts';

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
