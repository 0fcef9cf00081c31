import { badParameter, Problem, unsupported } from '../base/problem.ts';
import { AUDIO_CODECS } from '../media/model/codecs.ts';
import { CONTAINERS } from '../media/model/containers.ts';
import type { AudioTrack, Media, VideoTrack } from '../media/model/media.ts';
import { FORMAT_NAMES, FORMATS, type Format, isVideoFormat, type VideoFormat } from '../route/formats.ts';
import { type AudioEncode, planAudioEncode } from './audio-encode.ts';
import { burntInto } from './burnt.ts';
import { frameGrid, nearestPhaseSeconds } from './frame-grid.ts';
import { planLoudness } from './loudness.ts';
import { audioObstacle, effectObstacle, startObstacle, videoObstacle } from './obstacles.ts';
import type { AudioOutput, Output, VideoOutput } from './output.ts';
import { earliestStart, type PlanInput, type Selection } from './plan-input.ts';
import { decodingExcess, refuse } from './refuse.ts';
import { planSpeed, shownRate } from './speed.ts';
import { planVideoEncode, usualBitrate } from './video-encode.ts';

/** Decides what ffmpeg encodes: only the tracks that need it. Throws `Problem`. */
export function planOutput(input: PlanInput, { video, audio }: Selection): Output {
  const { media, parameters, limits } = input;
  const { startSeconds, bitrate } = parameters;
  const format = parameters.format ?? defaultFormat(video, input);
  checkBitrate(format, video !== null, bitrate);
  if (parameters.loudness !== null && audio === null) {
    throw badParameter('The parameter "loudness" does not apply: there is no audio that can be decoded.');
  }
  if (parameters.burn !== null) checkBurn(parameters.format, video);
  if (parameters.metadata !== null) checkTags(format, media);
  if ((parameters.channels ?? 0) > FORMATS[format].mostChannels) {
    throw badParameter(`The parameter "channels" must be 2 for format=${format}.`);
  }
  const film = isVideoFormat(format) ? video : null;
  refuse(decodingExcess(input, film));

  const audioOutput = audio && planAudio({ video: film, audio }, format, input);
  const lengthSeconds = outputSeconds(input);
  const audioBitrate = audioOutput?.kind === 'encode' ? (audioOutput.bitrate ?? 0) : COPIED_AUDIO_BITRATE;
  // The bits left for the video if the output is to fit into one response, with 5 % for the container.
  const budget =
    lengthSeconds === null
      ? null
      : Math.floor((limits.maxResponseBytes * 8 * 0.95) / (lengthSeconds + 2)) - audioBitrate;
  const encode = film && isVideoFormat(format) ? planVideo(film, format, budget, input) : null;
  const grid = film && encode?.kind === 'encode' ? frameGrid(film.frameRate) : null;
  return {
    format,
    video: encode,
    audio: audioOutput,
    startSeconds,
    durationSeconds: parameters.durationSeconds,
    prerollSeconds: film !== null && needsPreroll(film, media) ? Math.min(startSeconds, PREROLL_SECONDS) : 0,
    phaseSeconds: film && grid ? phaseSeconds(film, grid, input) : 0,
    speed: planSpeed(parameters.speed, grid),
    loudness: parameters.loudness === null ? null : planLoudness(parameters.loudness, lengthSeconds, limits),
    isTagged: parameters.metadata !== null,
  };
}

function checkBurn(format: Format | null, video: VideoTrack | null): void {
  if (format !== null && !isVideoFormat(format))
    throw badParameter(`The parameter "burn" does not apply to format=${format}, which holds no video.`);
  if (video === null) throw badParameter('The parameter "burn" does not apply: the file has no video.');
}

function checkTags(format: Format, { container }: Media): void {
  if (!FORMATS[format].isTagged) {
    const formats = FORMAT_NAMES.filter((name) => FORMATS[name].isTagged).join(', ');
    throw badParameter(
      `The parameter "metadata" does not apply to format=${format}: it is written into ${formats}.`,
    );
  }
  if (CONTAINERS[container].reader === 'ffprobe') {
    throw badParameter(
      'The parameter "metadata" does not apply: the tags of this kind of file are not read.',
    );
  }
}

/** How long an output of the request would be; null without a duration. */
export function outputSeconds({ media, parameters }: Pick<PlanInput, 'media' | 'parameters'>): number | null {
  if (media.durationSeconds === null) return null;
  const rest = media.durationSeconds - parameters.startSeconds;
  return Math.min(parameters.durationSeconds ?? Number.POSITIVE_INFINITY, rest) / parameters.speed;
}

/** ffmpeg counts from the start of the earliest track, and the output from `start` seconds after that. */
function phaseSeconds(
  { frameRate, startSeconds }: VideoTrack,
  grid: ReturnType<typeof frameGrid>,
  { media, parameters }: PlanInput,
): number {
  const zeroSeconds = earliestStart(media) + parameters.startSeconds;
  return nearestPhaseSeconds(frameRate, startSeconds - zeroSeconds, grid);
}

/** At a variable rate, the frame shown at the start may be much older: a slide, a screen on which nothing moves. */
function needsPreroll({ frameRate }: VideoTrack, { container }: Media): boolean {
  return CONTAINERS[container].seek === 'guess' || frameRate?.constant !== true;
}

/** The length of a group of pictures in media encoded for streaming. */
const PREROLL_SECONDS = 6;

const COPIED_AUDIO_BITRATE = 400_000;

function defaultFormat(video: VideoTrack | null, input: PlanInput): Format {
  const { client } = input;
  const film = video !== null;
  const plays = (container: Media['container'], codec: AudioTrack['codec']) =>
    client.containers.has(container) && client.audio.has(codec);
  // Video that is copied only into WebM: VP8 has no other container, VP9 mostly comes with audio of WebM.
  if (film && client.containers.has('webm') && canCopyVideo(video, 'webm', input)) return 'webm';
  if (film && client.containers.has('mp4') && client.video.has('h264')) return 'mp4';
  if (film && client.containers.has('webm') && (client.video.has('vp9') || client.video.has('vp8')))
    return 'webm';
  // mp3 starts anywhere and needs no length, which makes it the safest for audio alone.
  if (!film && plays('mp3', 'mp3')) return 'mp3';
  if (!film && plays('mp4', 'aac')) return 'mp4';
  if (!film && plays('adts', 'aac')) return 'aac';
  if (!film && plays('ogg', 'opus')) return 'opus';
  if (!film && plays('webm', 'opus')) return 'webm';
  if (!film && plays('flac', 'flac')) return 'flac';
  if (!film && plays('wav', 'pcm')) return 'wav';
  throw new Problem(
    'not-acceptable',
    'None of the containers and codecs that the client accepts can be encoded here.',
  );
}

const VIDEO_BITRATES = { least: 50_000, most: 50_000_000 };

function checkBitrate(format: Format, film: boolean, bitrate: number | null): void {
  if (bitrate === null) return;
  const range = film && isVideoFormat(format) ? VIDEO_BITRATES : FORMATS[format].audioBitrates;
  if (range === null) throw badParameter(`The parameter "bitrate" does not apply to format=${format}.`);
  if (bitrate < range.least || bitrate > range.most) {
    throw badParameter(
      `The parameter "bitrate" must be between ${range.least} and ${range.most} bits per second for format=${format}` +
        `${film ? '' : ' without video'}.`,
    );
  }
}

function planVideo(
  video: VideoTrack,
  format: VideoFormat,
  budget: number | null,
  input: PlanInput,
): VideoOutput {
  const { parameters, client, limits } = input;
  if (canCopyVideo(video, format, input)) return { kind: 'copy', stream: video.stream };
  if (video.undecodable !== null) throw unsupported(video.undecodable);

  const scale = Math.min(
    1,
    (parameters.height ?? video.displayHeight) / video.displayHeight,
    (parameters.width ?? video.displayWidth) / video.displayWidth,
    limits.maxOutputHeight / video.displayHeight,
  );
  const codec = format === 'mp4' ? 'h264' : client.video.has('vp9') ? 'vp9' : 'vp8';
  const planned = planVideoEncode(video, scale, codec);
  const encoding = { ...planned, frameRate: shownRate(planned.frameRate, parameters.speed) };
  const burnt = burntInto(input);
  return {
    ...encoding,
    maxBitrate: Math.min(
      ceiling(usualBitrate(encoding), parameters.bitrate, budget),
      limits.maxOutputBitrate,
    ),
    ...(burnt && { burnt }),
  };
}

function canCopyVideo(
  video: VideoTrack,
  format: VideoFormat,
  { media, parameters, client }: PlanInput,
): boolean {
  if (!CONTAINERS[media.container].keepsTimes) return false;
  if (format === 'webm' && video.codec !== 'vp8' && video.codec !== 'vp9') return false;
  if (format === 'mp4' && video.codec === 'vp8') return false;
  if (effectObstacle('videoCopy', parameters, { media, video, audio: null }) !== null) return false;
  return (videoObstacle(video, format, client) ?? startObstacle(video)) === null;
}

/** The requested bitrate, otherwise the usual one, lowered to what one response can carry (by two thirds at most). */
function ceiling(usual: number, asked: number | null, budget: number | null): number {
  if (asked !== null) return asked;
  return budget === null ? usual : Math.max(Math.min(usual, budget), Math.round(usual / 3));
}

function planAudio(
  { video, audio }: Selection & { readonly audio: AudioTrack },
  format: Format,
  { media, parameters, client }: PlanInput,
): AudioOutput {
  // A requested format has audio for two loudspeakers unless more are asked for, at the requested bitrate.
  const copy =
    isVideoFormat(format) &&
    !CONTAINERS[media.container].audioMayChange &&
    audio.channels <= (parameters.channels ?? 2) &&
    effectObstacle('audioCopy', parameters, { media, video, audio }) === null &&
    (format !== 'mp4' || AUDIO_CODECS[audio.codec].isCopiedIntoMp4) &&
    (audioObstacle(audio, format, client) ?? startObstacle(audio)) === null;
  if (copy) return { kind: 'copy', stream: audio.stream, codec: audio.codec };
  if (audio.undecodable !== null) throw unsupported(audio.undecodable);

  const codec = FORMATS[format].audioCodec;
  const asked = video === null ? parameters.bitrate : null;
  const encode = planAudioEncode(audio, {
    ...{ codec, asked, mostChannels: parameters.channels ?? 2 },
    sampleRate: outputSampleRate(codec, audio.sampleRate),
  });
  // Another loudness or speed takes floats, which would be stored with 24 bits.
  const isChanged = parameters.speed !== 1 || parameters.loudness !== null;
  return isChanged && (audio.bitsPerSample ?? 16) <= 16 ? { ...encode, bits: 16 } : encode;
}

function outputSampleRate(codec: AudioEncode['codec'], source: number): number {
  if (codec === 'opus') return 48_000;
  const lossless = codec === 'flac' || codec === 'pcm';
  if (lossless) return source >= 8_000 && source <= 96_000 ? source : 48_000;
  return source > 0 && source % 11_025 === 0 ? 44_100 : 48_000;
}
