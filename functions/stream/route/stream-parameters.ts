import * as v from 'valibot';
import { FORMAT_NAMES, type Format } from './formats.ts';
import { accept, audioTrack, bitrate, decimal, oneOf, says, seconds, textTrack, whole } from './schemas.ts';

export type StreamParameters = {
  readonly format: Format | null;
  /** Pixels of the upright video, which fits into them and is never enlarged. */
  readonly height: number | null;
  readonly width: number | null;
  /** Bits per second, of the video if there is one, otherwise of the audio. */
  readonly bitrate: number | null;
  readonly startSeconds: number;
  readonly durationSeconds: number | null;
  /** Number of the audio track in the file, from 0. */
  readonly audio: number | null;
  /** The most channels of the audio. */
  readonly channels: 2 | 6 | null;
  /** How many times faster than the source, at the same pitch. */
  readonly speed: number;
  /** The integrated loudness of the audio, in LUFS (EBU R128). */
  readonly loudness: number | null;
  /** The subtitles that are drawn into the video, by the name that `/info` gives them. */
  readonly burn: string | null;
  /** Whether the file's tags are written into audio that is encoded. */
  readonly metadata: 'keep' | null;
  /** Names of containers and codecs that the client plays; null if it does not say. */
  readonly accept: readonly string[] | null;
};

export const NO_PARAMETERS: StreamParameters = {
  format: null,
  height: null,
  width: null,
  bitrate: null,
  startSeconds: 0,
  durationSeconds: null,
  audio: null,
  channels: null,
  speed: 1,
  loudness: null,
  burn: null,
  metadata: null,
  accept: null,
};

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const amount = v.pipe(v.number(), v.finite(), v.minValue(0));

/** The parsed parameters, as events carry them from one invocation to the next. */
export const DECIDED_PARAMETERS: v.GenericSchema<unknown, StreamParameters> = v.strictObject({
  format: v.nullable(v.picklist(FORMAT_NAMES)),
  height: v.nullable(count),
  width: v.nullable(count),
  bitrate: v.nullable(count),
  startSeconds: amount,
  durationSeconds: v.nullable(amount),
  audio: v.nullable(count),
  channels: v.nullable(v.picklist([2, 6])),
  speed: amount,
  loudness: v.nullable(v.pipe(v.number(), v.finite())),
  burn: v.nullable(v.string()),
  metadata: v.nullable(v.literal('keep')),
  accept: v.nullable(v.array(v.string())),
});

const channelsOf = (text: '2' | '6') => (text === '2' ? 2 : 6);

export const STREAM_ENTRIES = {
  format: says(
    v.optional(oneOf(FORMAT_NAMES)),
    'what is sent; without it what the client plays, in the cheapest way',
    'mp4',
  ),
  height: says(whole(16, 4320), 'lines that the upright video fits into; it is never enlarged', '144'),
  width: says(whole(16, 7680), 'pixels that the upright video fits into; it is never enlarged', '256'),
  bitrate: says(
    bitrate,
    'bits per second of the video, or of the audio if there is no video; 800k and 2.5M are understood as well',
    '100000',
  ),
  start: says(seconds(0), 'seconds at which the part begins', '1.5'),
  duration: says(seconds(0.1), 'seconds of the part', '1'),
  audio: audioTrack,
  channels: says(
    v.optional(v.pipe(oneOf(['2', '6']), v.transform(channelsOf))),
    'most channels of the audio: stereo, or 5.1 where the audio has it',
    '2',
  ),
  speed: says(decimal(0.5, 3, 2), 'so many times faster, at the same pitch', '1.25'),
  loudness: says(decimal(-31, -9, 1), 'integrated loudness of the audio in LUFS (EBU R128)', '-16'),
  burn: textTrack,
  metadata: says(
    v.optional(oneOf(['keep'])),
    'title, artist, album, cover and ReplayGain in MP3, Opus, FLAC and WAV that is encoded',
    'keep',
  ),
  accept: says(
    accept,
    'what the client plays: names of containers, video codecs and audio codecs',
    'mp4,h264,aac',
  ),
};

export function streamParameters({
  start,
  duration,
  ...rest
}: v.InferOutput<v.ObjectSchema<typeof STREAM_ENTRIES, undefined>>): StreamParameters {
  return {
    format: rest.format ?? null,
    height: rest.height ?? null,
    width: rest.width ?? null,
    bitrate: rest.bitrate ?? null,
    startSeconds: start ?? 0,
    durationSeconds: duration ?? null,
    audio: rest.audio ?? null,
    channels: rest.channels ?? null,
    speed: rest.speed ?? 1,
    loudness: rest.loudness ?? null,
    burn: rest.burn ?? null,
    metadata: rest.metadata ?? null,
    accept: rest.accept ?? null,
  };
}
