import * as v from 'valibot';
import { flag, oneOf, whole } from './schemas.ts';

export const WAVEFORM_FORMATS = ['json', 'dat', 'peaks', 'svg'] as const;
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
  /** Number of the audio track in the file, from 0. */
  readonly audio: number | null;
  /** The version of the address; null without one. */
  readonly version: string | null;
};

const BITS = 'must be 8 or 16';

export const WAVEFORM_ENTRIES = {
  format: v.optional(oneOf(WAVEFORM_FORMATS), 'json'),
  points: whole(1, 1_000_000),
  'pixels-per-second': whole(1, 2_000),
  bits: v.optional(v.picklist(['8', '16'], BITS), '8'),
  split: flag,
  audio: whole(0, 63),
  v: v.optional(v.string()),
};

export function waveformParameters({
  points,
  'pixels-per-second': pixelsPerSecond,
  bits,
  audio,
  v: version,
  ...rest
}: v.InferOutput<v.ObjectSchema<typeof WAVEFORM_ENTRIES, undefined>>): WaveformParameters {
  return {
    ...rest,
    points: points ?? null,
    pixelsPerSecond: pixelsPerSecond ?? null,
    bits: bits === '8' ? 8 : 16,
    audio: audio ?? null,
    version: version ?? null,
  };
}
