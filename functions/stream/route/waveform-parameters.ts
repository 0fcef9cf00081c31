import * as v from 'valibot';
import { flag, oneOf, whole } from './schemas.ts';

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
  format: v.optional(oneOf(WAVEFORM_FORMATS), 'json'),
  points: whole(1, 1_000_000),
  'pixels-per-second': whole(1, 2_000),
  bits: v.optional(v.picklist(['8', '16'], BITS), '8'),
  split: flag,
  height: whole(16, 2_160),
  color: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[0-9a-f]{6}$/i, COLOR),
      v.transform((text) => text.toLowerCase()),
    ),
  ),
  audio: whole(0, 63),
  v: v.optional(v.string()),
};

export function waveformParameters({
  points,
  'pixels-per-second': pixelsPerSecond,
  bits,
  height,
  color,
  audio,
  v: version,
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
    version: version ?? null,
  };
}
