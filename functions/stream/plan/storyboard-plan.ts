import { badParameter, Problem, unsupported } from '../base/problem.ts';
import type { Media, VideoTrack } from '../media/model/media.ts';
import type { Size } from '../media/model/size.ts';
import type { StoryboardParameters } from '../route/storyboard.ts';
import { startsTooLate } from './clip.ts';
import { filmEnd } from './film-end.ts';
import { imageSize } from './image-size.ts';
import { filmsOf } from './plan-input.ts';
import { type Prediction, predictKeyframes } from './predict.ts';
import { decodableFilm, refuseTracks, refuseWork, type WorkMeans } from './refuse.ts';
import { planVideoEncode, type VideoEncode } from './video-encode.ts';

export type StoryboardInput = WorkMeans & {
  readonly media: Media;
  readonly sizeBytes: number;
  readonly parameters: StoryboardParameters;
};

/** Thumbnails of a film at a constant interval, on sheets of one size. */
export type Storyboard = {
  /** `Track.index` of the film. */
  readonly trackIndex: number;
  /** The film as it is on a tile. */
  readonly video: VideoEncode;
  readonly tile: Size;
  readonly columns: number;
  readonly rows: number;
  /** Where it begins in the film. Tile `n` stands for the time from `n` intervals after that on. */
  readonly startSeconds: number;
  readonly intervalSeconds: number;
  readonly tileCount: number;
  readonly sheetCount: number;
  readonly durationSeconds: number;
  /** The most that one sheet takes. */
  readonly predicted: Prediction;
};

const SHORT_SECONDS = 900;
/** Tiles of a film below and above 15 minutes; longer ones have one at least every so many seconds. */
const FEW = 50;
const MANY = 100;
const LONGEST_INTERVAL = 72;
const MOST_TILES = 5_000;
/** Across and down a sheet. */
const MOST_ACROSS = 10;

/**
 * Decides the thumbnails of a film. Throws `not-found` for a file without video, `unsupported-media` for
 * video that cannot be decoded here or does not tell its length, `bad-parameter` and `too-large`.
 */
export function planStoryboard(input: StoryboardInput): Storyboard {
  const { media, parameters } = input;
  refuseTracks(media, input.limits);
  if (filmsOf(media).length === 0) throw new Problem('not-found', 'The file has no video.');
  const film = decodableFilm(input);
  const wholeSeconds = filmEnd(film, media);
  if (wholeSeconds === null || wholeSeconds <= 0)
    throw unsupported('The file does not tell how long it is, which thumbnails need.');
  const { startSeconds, endSeconds } = parameters.clip ?? { startSeconds: 0, endSeconds: null };
  if (startSeconds >= wholeSeconds) throw startsTooLate(wholeSeconds);
  const durationSeconds = Math.min(endSeconds ?? wholeSeconds, wholeSeconds) - startSeconds;
  const intervalSeconds = parameters.intervalSeconds ?? usualInterval(durationSeconds);
  const tileCount = Math.max(1, Math.ceil(durationSeconds / intervalSeconds - 1e-6));
  if (tileCount > MOST_TILES) {
    const least = Math.ceil(durationSeconds / MOST_TILES);
    throw badParameter(`The parameter "interval" must be at least ${least} for a film of this length.`);
  }
  const perSheet = Math.min(tileCount, MOST_ACROSS ** 2);
  const columns = Math.min(MOST_ACROSS, Math.ceil(Math.sqrt(perSheet)));
  const rows = Math.ceil(perSheet / columns);
  const { video, tile } = tileOf(film, parameters.width);
  const predicted = predictKeyframes(film, video, perSheet, input.limits);
  const advice = 'ask for a smaller width';
  refuseWork(predicted, input, { forSeconds: advice, forBytes: advice });
  return {
    ...{ trackIndex: film.index, video, tile, columns, rows },
    ...{ startSeconds, intervalSeconds, tileCount, durationSeconds },
    sheetCount: Math.ceil(tileCount / (columns * rows)),
    predicted,
  };
}

/** Whole milliseconds, and at least a second. */
function usualInterval(durationSeconds: number): number {
  const tiles = durationSeconds < SHORT_SECONDS ? FEW : MANY;
  const seconds = Math.ceil((durationSeconds * 1000) / tiles) / 1000;
  return Math.min(LONGEST_INTERVAL, Math.max(1, seconds));
}

function tileOf(film: VideoTrack, longest: number): { readonly video: VideoEncode; readonly tile: Size } {
  const upright = { width: film.displayWidth, height: film.displayHeight };
  const { scaled } = imageSize(upright, { width: longest, height: longest, fit: 'contain' });
  // Even sizes, which tiles of sheets have in any case.
  const tile = { width: even(scaled.width), height: even(scaled.height) };
  return { video: { ...planVideoEncode(film, 1, 'h264'), ...tile, maxBitrate: 0 }, tile };
}

const even = (pixels: number) => Math.max(2, 2 * Math.round(pixels / 2));
