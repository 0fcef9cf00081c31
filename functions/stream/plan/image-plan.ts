import { badParameter, Problem } from '../base/problem.ts';
import { roundedSeconds } from '../base/rounded-seconds.ts';
import type { Media, VideoTrack } from '../media/model/media.ts';
import type { Size } from '../media/model/size.ts';
import { acceptedImage } from '../route/accepted-image.ts';
import type { ImageFormat, ImageParameters, ImageTime } from '../route/image-parameters.ts';
import { filmEnd } from './film-end.ts';
import { imageSize, type WantedSize } from './image-size.ts';
import { filmsOf } from './plan-input.ts';
import { type Prediction, predictImage } from './predict.ts';
import { decodableFilm, refuseAbove, refuseTracks, refuseWork, type WorkMeans } from './refuse.ts';
import { planVideoEncode, type VideoEncode } from './video-encode.ts';

/** All that an image is a function of. */
export type ImageInput = WorkMeans & {
  readonly media: Media;
  readonly sizeBytes: number;
  readonly parameters: ImageParameters;
  /** The client's header. */
  readonly accept: string | null;
  /** Whether the file has cover art that is not one of its tracks. */
  readonly hasCover: boolean;
};

/** How an image is encoded. */
export type ImageCoding = { readonly format: ImageFormat; readonly quality: number };

export type ImagePlan = ImageCoding & {
  /** Null for one frame. */
  readonly motion: Motion | null;
  readonly source: FrameSource | { readonly kind: 'cover'; readonly size: WantedSize };
  readonly predicted: Prediction;
};

/** A part of a film as a moving image. */
export type Motion = { readonly durationSeconds: number; readonly fps: number };

export type FrameSource = {
  readonly kind: 'frame';
  /** `Track.index` of the film. */
  readonly trackIndex: number;
  readonly video: VideoEncode;
  /** What is left of the film around its middle, or set in bars. */
  readonly canvas: Size;
  readonly at: FrameTime;
};

/** Which frame, in seconds from the presentation's zero. */
export type FrameTime =
  | {
      readonly kind: 'time';
      readonly seconds: number;
      /** True if the keyframe before it will do. */
      readonly isNear: boolean;
    }
  | { readonly kind: 'auto'; readonly candidates: readonly number[] };

/**
 * Decides an image. Throws `not-found` for a file with neither video nor cover art, `unsupported-media` for
 * video that cannot be decoded here, `bad-parameter` and `too-large`.
 */
export function planImage(input: ImageInput): ImagePlan {
  const { media, parameters, limits } = input;
  const { width, height, fit } = parameters;
  refuseTracks(media, limits);
  refuseAbove('maxOutputHeight', height ?? 0, limits);
  const coding = codingOf(parameters, input.accept);
  const motion = motionOf(parameters, coding);
  const size = { width: width ?? (motion && height === null ? USUAL_MOVING_WIDTH : null), height, fit };
  if (filmsOf(media).length === 0) {
    if (!input.hasCover && !media.tracks.some((track) => track.kind === 'video' && track.isCoverArt))
      throw new Problem('not-found', 'The file has no video and no cover art, of which an image could be.');
    if (motion !== null)
      throw badParameter('The parameter "duration" does not apply: the file has no video.');
    return { ...coding, motion, source: { kind: 'cover', size }, predicted: NO_WORK };
  }
  const film = decodableFilm(input);
  const source = frameSource(film, { at: timeOf(parameters, film, media), size, limits });
  const predicted = predictImage(film, source.video, motion, limits);
  const advice =
    motion === null ? 'ask for nearest=keyframe' : 'ask for a smaller width or a shorter duration';
  refuseWork(predicted, input, { forSeconds: advice, forBytes: advice });
  return { ...coding, motion, source, predicted };
}

/** Returns one frame of a film, in the wanted size, which the limits may lower. */
export function frameSource(
  film: VideoTrack,
  {
    at,
    size,
    limits,
  }: {
    readonly at: FrameTime;
    readonly size: WantedSize;
    readonly limits: { readonly maxOutputHeight: number };
  },
): FrameSource {
  const upright = { width: film.displayWidth, height: film.displayHeight };
  const most = size.height ?? limits.maxOutputHeight;
  const { scaled, canvas } = imageSize(upright, { ...size, height: most });
  const video = { ...planVideoEncode(film, 1, 'h264'), ...scaled, maxBitrate: 0 };
  return { kind: 'frame', trackIndex: film.index, video, canvas, at };
}

const NO_WORK: Prediction = { seconds: 0, bytes: null };

/** The usual quality: a frame of 720p has about 150 kB in each lossy format. */
const USUAL_QUALITY = 85;

function codingOf({ format, quality }: ImageParameters, accept: string | null): ImageCoding {
  if (format === 'png' && quality !== null)
    throw badParameter('The parameter "quality" does not apply to format=png, which loses nothing.');
  return {
    format: format === 'auto' ? acceptedImage(accept ?? '') : format,
    quality: quality ?? USUAL_QUALITY,
  };
}

/** The most of a moving image, which players load as a whole. */
const MOST_MOVING_SECONDS = 10;
const USUAL_FPS = 10;
const USUAL_MOVING_WIDTH = 320;

function motionOf({ durationSeconds, fps }: ImageParameters, { format }: ImageCoding): Motion | null {
  if (durationSeconds === null) {
    if (fps === null) return null;
    throw badParameter('The parameter "fps" needs the parameter "duration".');
  }
  if (format !== 'webp')
    throw badParameter('The parameter "duration" is for format=webp, the one that moves.');
  if (durationSeconds > MOST_MOVING_SECONDS)
    throw badParameter(`The parameter "duration" must be at most ${MOST_MOVING_SECONDS} seconds.`);
  return { durationSeconds: roundedSeconds(durationSeconds), fps: fps ?? USUAL_FPS };
}

/** Shares of the film at which `auto` looks. */
const CANDIDATES = [0, 0.05, 0.1, 0.25, 0.5];
/** Seconds, if the duration is not known. */
const EARLY = [0, 2, 5, 10, 20];

/** No frame is shorter. */
const LAST_SECONDS = 0.001;

function timeOf({ at, nearest }: ImageParameters, film: VideoTrack, media: Media): FrameTime {
  const end = filmEnd(film, media);
  if (at.kind === 'auto') {
    const seconds = end === null ? EARLY : CANDIDATES.map((share) => roundedSeconds(share * end));
    return { kind: 'auto', candidates: [...new Set(seconds)] };
  }
  const seconds = secondsOf(at, end);
  return {
    kind: 'time',
    // At its end, nothing of a film is shown any more.
    seconds: roundedSeconds(end === null ? seconds : Math.min(seconds, Math.max(0, end - LAST_SECONDS))),
    isNear: nearest === 'keyframe',
  };
}

function secondsOf(at: Exclude<ImageTime, { kind: 'auto' }>, end: number | null): number {
  if (at.kind === 'seconds') return at.seconds;
  if (end !== null) return at.share * end;
  throw badParameter('The parameter "t" cannot be a share: the file does not tell how long it is.');
}
