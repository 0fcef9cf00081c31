import type { Size } from '../media/model/size.ts';
import type { Fit } from '../route/image-parameters.ts';

/** How large an image is: the film is scaled, and then cropped or set in bars around its middle. */
export type ImageSize = { readonly scaled: Size; readonly canvas: Size };

export type WantedSize = {
  readonly width: number | null;
  readonly height: number | null;
  readonly fit: Fit;
};

/**
 * Fits an upright film into the wanted size without enlarging it: `contain` stays within, `cover` has the
 * wanted aspect ratio, and `pad` exactly the wanted size. The last two need both lengths, and are `contain`
 * with one.
 */
export function imageSize(film: Size, { width, height, fit }: WantedSize): ImageSize {
  const [most, least] = [width ?? Number.POSITIVE_INFINITY, height ?? Number.POSITIVE_INFINITY];
  const within = scaledBy(film, Math.min(1, most / film.width, least / film.height));
  if (width === null || height === null || fit === 'contain') return { scaled: within, canvas: within };
  if (fit === 'pad') return { scaled: within, canvas: { width, height } };
  const box = Math.min(1, film.width / width, film.height / height);
  const canvas = scaledBy({ width, height }, box);
  const scale = Math.min(1, Math.max(canvas.width / film.width, canvas.height / film.height));
  const scaled = scaledBy(film, scale);
  return {
    scaled: {
      width: Math.max(scaled.width, canvas.width),
      height: Math.max(scaled.height, canvas.height),
    },
    canvas,
  };
}

function scaledBy({ width, height }: Size, scale: number): Size {
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
