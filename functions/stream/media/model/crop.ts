import type { Crop } from './media.ts';

/** Pixels that are cropped at each side, and the display size of the rest; null if it is the rest's own. */
export type MatroskaShape = {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly display: readonly [width: number, height: number] | null;
};

/**
 * Returns the shown part of frames of that size, and its square pixels, by RFC 9559 §5.1.4.1.28.8 and after.
 */
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
  // Pixels are square without a display size, and with one that names the whole frame's size, as writers did
  // that knew of no crop. Lines stay unchanged.
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

/** Returns the crop; null if nothing is cropped, or nothing would be left. */
export function validCrop(
  { left, right, top, bottom }: Sides,
  frameWidth: number,
  frameHeight: number,
): Crop | null {
  const [width, height] = [frameWidth - left - right, frameHeight - top - bottom];
  if (Math.min(left, right, top, bottom) < 0 || width <= 0 || height <= 0) return null;
  return width === frameWidth && height === frameHeight ? null : { left, top, width, height };
}
