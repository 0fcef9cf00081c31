import * as v from 'valibot';
import { audioTrack, flag, oneOf, says, version, whole } from './schemas.ts';

export const WAVEFORM_FORMATS = ['json', 'dat', 'peaks', 'svg', 'png'] as const;
export type WaveformFormat = (typeof WAVEFORM_FORMATS)[number];

export type WaveformParameters = {
  /** audiowaveform's JSON or binary form (version 2), plain peaks for wavesurfer.js, or a drawing. */
  readonly format: WaveformFormat;
  /** How many points there are; null for the usual number. */
  readonly points: number | null;
  readonly pixelsPerSecond: number | null;
  readonly bits: 8 | 16;
  /** Whether each channel has points of its own. */
  readonly split: boolean;
  /** Pixels of a PNG from top to bottom; null for the usual number. */
  readonly height: number | null;
  /** Of a drawing: six hexadecimal digits in lower case; null for the usual one. */
  readonly color: string | null;
  /** Number of the audio track in the file, from 0. */
  readonly audio: number | null;
  /** The version of the address; null without one. */
  readonly version: string | null;
};

const BITS = 'must be 8 or 16';
const COLOR = 'must be six hexadecimal digits, such as 3366cc';

export const WAVEFORM_ENTRIES = {
  format: says(
    v.optional(oneOf(WAVEFORM_FORMATS), 'json'),
    "audiowaveform's JSON or binary form, plain peaks for wavesurfer.js, or a drawing",
    'peaks',
  ),
  points: says(whole(1, 1_000_000), 'how many there are', '100'),
  'pixels-per-second': says(whole(1, 2_000), 'how many there are a second, instead of points', '10'),
  bits: says(v.optional(v.picklist(['8', '16'], BITS), '8'), 'of each value, for json and dat', '8'),
  split: says(flag, 'the channels apart, and not mixed', '1'),
  height: says(whole(16, 2_160), 'pixels of a PNG from top to bottom', '64'),
  color: says(
    v.optional(
      v.pipe(
        v.string(),
        v.regex(/^[0-9a-fA-F]{6}$/, COLOR),
        v.transform((text) => text.toLowerCase()),
      ),
    ),
    'of a drawing: six hexadecimal digits',
    '3366cc',
  ),
  audio: audioTrack,
  v: version,
};

export function waveformParameters({
  points,
  'pixels-per-second': pixelsPerSecond,
  bits,
  height,
  color,
  audio,
  v: ofVersion,
  ...rest
}: v.InferOutput<v.ObjectSchema<typeof WAVEFORM_ENTRIES, undefined>>): WaveformParameters {
  return {
    ...rest,
    points: points ?? null,
    pixelsPerSecond: pixelsPerSecond ?? null,
    bits: bits === '8' ? 8 : 16,
    height: height ?? null,
    color: color ?? null,
    audio: audio ?? null,
    version: ofVersion ?? null,
  };
}
