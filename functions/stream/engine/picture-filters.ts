import { isWideGamut } from '../plan/colour.ts';
import type { VideoOutput } from '../plan/output.ts';
import { gamutFilters, scalerColour, toneMapFilters } from './colour-arguments.ts';

export type EncodedPicture = Extract<VideoOutput, { kind: 'encode' }>;

/**
 * Deinterlaced, and on the constant grid of `frameRate`, which begins at 0. `fillsFront`: what comes before the first
 * picture is copies of it.
 */
export function gridFilters(
  { deinterlace, frameRate }: EncodedPicture,
  { fillsFront = false } = {},
): string[] {
  return [
    ...(deinterlace ? ['yadif=mode=send_frame:deint=interlaced'] : []),
    `fps=${frameRate.numerator}/${frameRate.denominator}${fillsFront ? ':start_time=0' : ''}`,
  ];
}

/** Scaled, in standard dynamic range, upright, with square pixels. The same pixels whatever processor makes them. */
export function pictureFilters(picture: EncodedPicture): string[] {
  const { width, height, rotation, mirrored, toneMap, colour } = picture;
  const sideways = rotation === 90 || rotation === 270;
  const [across, down] = sideways ? [height, width] : [width, height];
  const isWide = toneMap === null && isWideGamut(colour.source);
  return [
    `scale=${across}:${down}:${scalerColour(colour, isWide || toneMap !== null)}:flags=bicubic+accurate_rnd+bitexact`,
    ...(isWide ? gamutFilters(colour) : []),
    ...(toneMap === null ? [] : toneMapFilters(colour)),
    ...(mirrored ? ['hflip'] : []),
    ...TURNS[rotation],
    'setsar=1',
    'format=yuv420p',
  ];
}

const TURNS: Readonly<Record<0 | 90 | 180 | 270, readonly string[]>> = {
  0: [],
  90: ['transpose=clock'],
  180: ['hflip', 'vflip'],
  270: ['transpose=cclock'],
};
