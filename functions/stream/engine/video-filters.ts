import { isWideGamut } from '../plan/colour.ts';
import type { VideoOutput } from '../plan/output.ts';
import { FONTS_PATH, SCRIPT_PATH } from './burnt-script.ts';
import { gamutFilters, scalerColour, toneMapFilters } from './colour-arguments.ts';

export type VideoEncode = Extract<VideoOutput, { kind: 'encode' }>;

/** Drops frames before `cutSeconds`, which becomes 0; the frames' own grid lies `phaseSeconds` after it. */
export type FilledGrid = { readonly cutSeconds: number; readonly phaseSeconds: number };

/**
 * Returns filters that give one size if a filter needs that, deinterlace, and set the constant grid of
 * `frameRate`, which begins at 0.
 */
export function gridFilters(video: VideoEncode, { fillsFront = false } = {}): string[] {
  return [
    ...progressiveFilters(video),
    `fps=${rateText(video.frameRate)}${fillsFront ? ':start_time=0' : ''}`,
  ];
}

/**
 * Returns the same filters with frames moved onto the grid, by half a frame at most; copies of the first
 * frame fill the time before it.
 */
export function filledGridFilters(video: VideoEncode, { cutSeconds, phaseSeconds }: FilledGrid): string[] {
  const startSeconds = cutSeconds + phaseSeconds;
  if (startSeconds === 0) return gridFilters(video, { fillsFront: true });
  const { numerator, denominator } = video.frameRate;
  // `fps` does not move the end with the frames: rounded like them, it would cut off the last one.
  const end = (phaseSeconds * numerator) / denominator < -0.25 ? ':eof_action=pass' : '';
  return [
    ...progressiveFilters(video),
    `fps=${rateText(video.frameRate)}:start_time=${startSeconds.toFixed(6)}${end}`,
    // After it: the 2018 ffmpeg does not move the end here either, up to which the last frame would be
    // repeated.
    'setpts=PTS-STARTPTS',
  ];
}

/** Returns filters that deinterlace, and give frames one size if a filter needs that. */
export function progressiveFilters({ deinterlace, crop, coded }: VideoEncode): string[] {
  return [
    ...(deinterlace || crop !== null ? [`scale=${coded.width}:${coded.height}:interl=1`] : []),
    ...(deinterlace ? ['yadif=mode=send_frame:deint=interlaced'] : []),
  ];
}

/** Returns filters that show each `step`th frame of a grid at another rate. */
export function paceFilters({ numerator, denominator }: VideoEncode['frameRate'], step: number): string[] {
  return [
    ...(step === 1 ? [] : [`select='not(mod(n,${step}))'`]),
    `settb=${denominator}/${numerator}`,
    'setpts=N',
  ];
}

export function rateText({ numerator, denominator }: VideoEncode['frameRate']): string {
  return `${numerator}/${denominator}`;
}

/** The scaler's way of computing, which is the same on every processor. */
export const SCALER = 'flags=bicubic+accurate_rnd+bitexact';

/**
 * Returns filters for cropped, scaled, upright video in standard dynamic range with square pixels: the same
 * pixels on every processor.
 */
export function videoFilters(video: VideoEncode): string[] {
  return [...uprightFilters(video), 'format=yuv420p'];
}

/**
 * Returns filters that draw subtitles into a grid's frames from `firstFrame` on, which are counted from 0: the script and
 * its fonts are the files that ffmpeg is started with. The frames' own clock is set to the text's, and back: libass moves and fades
 * by it.
 */
export function burnFilters({ burnt, frameRate }: VideoEncode, firstFrame = 0): string[] {
  if (burnt === undefined) return [];
  const { numerator, denominator } = frameRate;
  const { factor } = burnt;
  const firstSeconds = burnt.startSeconds + (factor * firstFrame * denominator) / numerator;
  const start = (firstSeconds * 1e6 + WITHIN_MICROSECONDS).toFixed(0);
  return [
    'settb=1/1000000',
    `setpts=round(PTS*${factor}+${start})`,
    `ass=filename=${SCRIPT_PATH}:fontsdir=${FONTS_PATH}`,
    `setpts=round((PTS-${start})/${factor})`,
    `settb=${denominator}/${numerator}`,
  ];
}

/** The filter takes whole milliseconds, cut off: a frame at 1.04 s would be shown at 1.039 s. */
const WITHIN_MICROSECONDS = 500;

/** Returns the same filters, in whatever format the frames have. */
export function uprightFilters(video: VideoEncode): string[] {
  const { width, height, crop, rotation, mirrored, toneMap, colour } = video;
  const sideways = rotation === 90 || rotation === 270;
  const [across, down] = sideways ? [height, width] : [width, height];
  const isWide = toneMap === null && isWideGamut(colour.source);
  return [
    ...(crop === null ? [] : [`crop=${crop.width}:${crop.height}:${crop.left}:${crop.top}:exact=1`]),
    `scale=${fitted(video, across, down)}:eval=frame:${scalerColour(colour, isWide || toneMap !== null)}:${SCALER}`,
    // With fewer colour samples than pixels, the filter takes no odd sizes.
    ...(across % 2 === 0 && down % 2 === 0 ? [] : ['format=yuv444p|yuva444p|yuv444p10']),
    `pad=${across}:${down}:(ow-iw)/2:(oh-ih)/2:eval=frame`,
    ...(isWide ? gamutFilters(colour) : []),
    ...(toneMap === null ? [] : toneMapFilters(colour)),
    ...(mirrored ? ['hflip'] : []),
    ...TURNS[rotation],
    'setsar=1',
  ];
}

/**
 * Returns the size of frames with the aspect ratio of the track's first ones; others are fitted into it. A
 * recording of a call changes its size at any moment, and its shape when somebody turns the phone.
 */
function fitted({ coded, crop }: VideoEncode, across: number, down: number): string {
  const { width, height } = crop ?? coded;
  // The width of a frame that is as high as the output.
  const wide = `(${across * height}/${width}*iw/ih)`;
  const isAlike = `lt(abs(${wide}/${across}-1),0.02)`;
  const w = `if(${isAlike},${across},min(${across},max(2,2*round(${wide}/2))))`;
  const h = `if(${isAlike},${down},min(${down},max(2,2*round(${across * down}/${wide}/2))))`;
  return `w='${w}':h='${h}'`;
}

const TURNS: Readonly<Record<0 | 90 | 180 | 270, readonly string[]>> = {
  0: [],
  90: ['transpose=clock'],
  180: ['hflip', 'vflip'],
  270: ['transpose=cclock'],
};
