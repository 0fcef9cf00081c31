import { unsupported } from '../base/problem.ts';
import { AAC_FRAME } from '../media/codecs/aac.ts';
import type { AudioTrack, Media, VideoTrack } from '../media/model/media.ts';
import { type AudioEncode, planAudioEncode } from './audio-encode.ts';
import { gridClock } from './film-renditions.ts';
import { gridPhaseSeconds } from './frame-grid.ts';
import { h264Level, highProfileCodecs } from './h264-level.ts';
import { trackEndSeconds } from './offer.ts';
import type { Output } from './output.ts';
import { earliestStart, type Selection } from './plan-input.ts';
import type { AudioRendition, VideoRendition } from './presentation.ts';
import type { VideoEncode } from './video-encode.ts';

/** A film encoded on a constant grid, so that any group of its frames can be encoded independently. */
export type FilmExport = {
  /** Its beginning on the file's timeline. */
  readonly zeroSeconds: number;
  readonly film: VideoRendition & {
    readonly source: Extract<VideoRendition['source'], { kind: 'encode' }>;
  };
  /** Frames of the whole grid, and of each group. */
  readonly frames: number;
  readonly groupFrames: number;
  readonly audio: FilmAudio | null;
};

export type FilmAudio = {
  /** `Track.index` of audio that is copied if it can be cut; null if it is encoded anyhow. */
  readonly copies: number | null;
  readonly rendition: AudioRendition & {
    readonly source: Extract<AudioRendition['source'], { kind: 'encode' }>;
  };
  /** AAC frames, and how many of their samples are heard. */
  readonly frames: number;
  readonly samples: number;
};

const GROUP_SECONDS = 2;

/**
 * Plans a film export; null if its video is not encoded to H.264, or the file does not tell its length. What changes the
 * audio as a whole is not divided: a speed stretches it, and a loudness follows from all of it.
 */
export function planFilmExport(output: Output, { video, audio }: Selection, media: Media): FilmExport | null {
  if (output.format !== 'mp4' || output.video?.kind !== 'encode' || video === null) return null;
  if (output.speed !== null || output.loudness !== null) return null;
  const tracks = [video, ...(output.audio === null || audio === null ? [] : [audio])];
  if (tracks.some((track) => !isDefinite(track, media))) return null;
  const earliest = Math.min(...tracks.map(({ startSeconds }) => startSeconds));
  // A start counts from the earliest of the file's tracks, as that of `/stream`.
  const zeroSeconds = output.startSeconds > 0 ? earliestStart(media) + output.startSeconds : earliest;
  const most = output.durationSeconds ?? Number.POSITIVE_INFINITY;
  const lengthOf = (track: VideoTrack | AudioTrack) =>
    Math.max(0, Math.min(most, trackEndSeconds(track, media) - zeroSeconds));

  const encode = output.video;
  const { numerator, denominator } = encode.frameRate;
  const rate = numerator / denominator;
  const groupFrames = Math.max(1, Math.round(GROUP_SECONDS * rate));
  const phaseSeconds = gridPhaseSeconds(video.frameRate, video.startSeconds - zeroSeconds, encode.frameRate);
  const filmAudio =
    output.audio === null || audio === null ? null : planFilmAudio(output.audio, audio, lengthOf(audio));
  return {
    zeroSeconds,
    film: filmRendition(burntFrom(encode, zeroSeconds + phaseSeconds), groupFrames, phaseSeconds),
    frames: Math.max(1, Math.round((lengthOf(video) - phaseSeconds) * rate)),
    groupFrames,
    audio: filmAudio,
  };
}

/** The text on the grid's own clock. */
function burntFrom({ burnt, ...encode }: VideoEncode, startSeconds: number): VideoEncode {
  return burnt === undefined ? encode : { ...encode, burnt: { ...burnt, startSeconds } };
}

function isDefinite(track: VideoTrack | AudioTrack, { durationSeconds }: Media): boolean {
  return track.durationSeconds !== null || durationSeconds !== null;
}

function filmRendition(encode: VideoEncode, groupFrames: number, phaseSeconds: number): FilmExport['film'] {
  const { width, height, frameRate } = encode;
  const level = h264Level(encode);
  const timescale = gridClock(frameRate, 0);
  const frameTicks = (frameRate.denominator * timescale) / frameRate.numerator;
  const phaseTicks = Math.round(phaseSeconds * timescale);
  return {
    ...NOT_CUT,
    kind: 'video',
    iFrames: { ...NO_BITRATES, frames: [] },
    id: 'film',
    codecs: highProfileCodecs(level),
    timescale,
    width,
    height,
    frameRate,
    dynamicRange: 'sdr',
    source: { kind: 'encode', frameTicks, phaseTicks, video: encode, level, groupFrames },
  };
}

/** The fields that only renditions with segments need. */
const NO_BITRATES = { peakBitrate: 0, averageBitrate: 0 };
const NOT_CUT = { ...NO_BITRATES, segments: [] };

function planFilmAudio(
  output: NonNullable<Output['audio']>,
  track: AudioTrack,
  seconds: number,
): FilmAudio | null {
  const encode = output.kind === 'encode' ? output : encodedInstead(track);
  const samples = Math.round(seconds * encode.sampleRate);
  if (samples === 0) return null;
  const rendition = {
    ...NOT_CUT,
    kind: 'audio' as const,
    title: null,
    purpose: 'main' as const,
    id: 'audio',
    number: 0,
    form: 'usual' as const,
    codecs: 'mp4a.40.2',
    timescale: encode.sampleRate,
    language: track.language,
    isDefault: true,
    channels: encode.channels,
    source: { kind: 'encode' as const, audio: encode },
  };
  const copies = output.kind === 'copy' ? track.index : null;
  return { copies, rendition, samples, frames: Math.ceil(samples / AAC_FRAME) };
}

/** The encoding of a track that was to be copied, and cannot be cut. */
function encodedInstead(track: AudioTrack): AudioEncode {
  if (track.undecodable !== null) throw unsupported(track.undecodable);
  const sampleRate = track.sampleRate > 0 && track.sampleRate % 11_025 === 0 ? 44_100 : 48_000;
  // More channels than two are copied only where they were asked for.
  return planAudioEncode(track, { codec: 'aac', sampleRate, asked: null, mostChannels: 6 });
}
