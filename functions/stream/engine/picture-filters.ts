import type { VideoOutput } from '../plan/output.ts';

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
export function pictureFilters({ width, height, rotation, mirrored, toneMap }: EncodedPicture): string[] {
  const sideways = rotation === 90 || rotation === 270;
  const [across, down] = sideways ? [height, width] : [width, height];
  return [
    `scale=${across}:${down}:flags=bicubic+accurate_rnd+bitexact`,
    ...(toneMap === null ? [] : toneMapFilters(toneMap)),
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

/** BT.2020 with PQ or HLG to BT.709: linear light, Hable's curve. The input's colours are named, not guessed. */
function toneMapFilters(transfer: 'pq' | 'hlg'): string[] {
  const name = transfer === 'pq' ? 'smpte2084' : 'arib-std-b67';
  return [
    `zscale=tin=${name}:min=bt2020nc:pin=bt2020:rin=tv:t=linear:npl=203`,
    'format=gbrpf32le',
    'zscale=p=bt709',
    'tonemap=tonemap=hable:desat=0',
    'zscale=t=bt709:m=bt709:r=tv',
  ];
}
