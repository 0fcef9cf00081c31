import * as v from 'valibot';
import { MAX_SECONDS, oneOf, says, seconds, version, whole } from './schemas.ts';

/** Which frame of a film an image shows. */
export type ImageTime =
  /** The first of a few candidates that is neither black nor flat. */
  | { readonly kind: 'auto' }
  | { readonly kind: 'seconds'; readonly seconds: number }
  /** A part of the duration, from 0 to 1. */
  | { readonly kind: 'share'; readonly share: number };

export const IMAGE_FORMATS = ['jpeg', 'webp', 'png'] as const;
export type ImageFormat = (typeof IMAGE_FORMATS)[number];

/** How a film is fitted into a width and a height: within them, filling them and cropped, or within bars. */
export const FITS = ['contain', 'cover', 'pad'] as const;
export type Fit = (typeof FITS)[number];

export type ImageParameters = {
  readonly at: ImageTime;
  /** The exact frame, or the keyframe at or before it, which takes less to decode. */
  readonly nearest: 'frame' | 'keyframe';
  /** Pixels; an image is never enlarged. */
  readonly width: number | null;
  readonly height: number | null;
  readonly fit: Fit;
  /** `auto` is decided by what the client accepts. */
  readonly format: ImageFormat | 'auto';
  /** From 1 to 100; null for the usual one. */
  readonly quality: number | null;
  /** How long a moving image shows the film; null for one frame. */
  readonly durationSeconds: number | null;
  /** Frames a second of a moving image. */
  readonly fps: number | null;
  /** The version of the address; null without one. */
  readonly version: string | null;
};

const TIME = `must be "auto", a number of seconds between 0 and ${MAX_SECONDS}, or a share such as 50%`;
const time = v.pipe(
  v.string(),
  v.regex(/^(auto|\d{1,6}(\.\d{1,6})?%?)$/, TIME),
  v.transform((text): ImageTime => {
    if (text === 'auto') return { kind: 'auto' };
    const number = Number.parseFloat(text);
    return text.endsWith('%') ? { kind: 'share', share: number / 100 } : { kind: 'seconds', seconds: number };
  }),
  v.check((at) => at.kind !== 'share' || at.share <= 1, TIME),
  v.check((at) => at.kind !== 'seconds' || at.seconds <= MAX_SECONDS, TIME),
);

export const IMAGE_ENTRIES = {
  t: says(
    v.optional(time, 'auto'),
    'which frame: seconds, a share of the duration such as 50%, or the first of five that is neither black nor flat',
    '50%',
  ),
  nearest: says(
    v.optional(oneOf(['frame', 'keyframe']), 'frame'),
    'the exact frame, or the keyframe at or before it, which takes less to decode',
    'keyframe',
  ),
  width: says(whole(16, 7680), 'pixels that the upright frame fits into; it is never enlarged', '160'),
  height: says(whole(16, 4320), 'pixels that the upright frame fits into; it is never enlarged', '90'),
  fit: says(
    v.optional(oneOf(FITS), 'contain'),
    'with both lengths: within them, filling their shape and cropped, or exactly that size with black bars',
    'cover',
  ),
  format: says(
    v.optional(oneOf([...IMAGE_FORMATS, 'auto']), 'jpeg'),
    'auto is WebP for a client that accepts it, and JPEG for others',
    'png',
  ),
  quality: says(whole(1, 100), 'of JPEG and WebP', '80'),
  duration: says(seconds(0.1), 'seconds of a moving image, with format=webp; 10 at most', '1'),
  fps: says(whole(1, 25), 'frames a second of a moving image, with duration', '5'),
  v: version,
};

export function imageParameters({
  t,
  width,
  height,
  quality,
  duration,
  fps,
  v: ofVersion,
  ...rest
}: v.InferOutput<v.ObjectSchema<typeof IMAGE_ENTRIES, undefined>>): ImageParameters {
  return {
    ...rest,
    at: t,
    width: width ?? null,
    height: height ?? null,
    quality: quality ?? null,
    durationSeconds: duration ?? null,
    fps: fps ?? null,
    version: ofVersion ?? null,
  };
}
