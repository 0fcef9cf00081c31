import type { Crop } from './media.ts';

/** Pixels that are left out at each side, and the size that the rest is shown at; null where it is the rest's own. */
export type MatroskaShape = {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly display: readonly [width: number, height: number] | null;
};

/** What is shown of frames of that size, and the square pixels that it takes: of RFC 9559 §5.1.4.1.28.8 and after. */
export function shownPart(
  shape: MatroskaShape | null,
  {
    width,
    height,
    squareWidth,
  }: { readonly width: number; readonly height: number; readonly squareWidth: number },
): { readonly crop: Crop | null; readonly squareWidth: number; readonly squareHeight: number } {
  const crop = shape && validCrop(shape, width, height);
  if (shape === null || crop === null) return { crop: null, squareWidth, squareHeight: height };
  // Pixels are square without a word about it, and where a writer that knew of no crop names the whole frame's size.
  // Lines stay as they are.
  const [x, y] = shape.display ?? [0, 0];
  const [across, down] =
    (x === 0 && y === 0) || (x === width && y === height) ? [crop.width, crop.height] : [x, y];
  return {
    crop,
    squareWidth: Math.max(1, Math.round((crop.height * across) / down)),
    squareHeight: crop.height,
  };
}

type Sides = { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };

/** Null where nothing is left out, or nothing would be left. */
export function validCrop(
  { left, right, top, bottom }: Sides,
  frameWidth: number,
  frameHeight: number,
): Crop | null {
  const [width, height] = [frameWidth - left - right, frameHeight - top - bottom];
  if (Math.min(left, right, top, bottom) < 0 || width <= 0 || height <= 0) return null;
  return width === frameWidth && height === frameHeight ? null : { left, top, width, height };
}
