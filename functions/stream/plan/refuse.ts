import { excessOf, type LimitName, type Limits } from '../base/limits.ts';
import { Problem, unsupported } from '../base/problem.ts';
import type { Media, VideoTrack } from '../media/model/media.ts';
import { NO_PARAMETERS, type StreamParameters } from '../route/stream-parameters.ts';
import { selectTracks } from './plan-input.ts';
import { type Prediction, predictSegment } from './predict.ts';
import type { Rendition } from './presentation.ts';

/** Throws `too-large` above a limit, with advice. */
export function refuseAbove(name: LimitName, value: number, limits: Limits, advice = ''): void {
  refuse(excessOf(name, value, limits), advice);
}

/** Returns the film that is decoded of a file. Throws `unsupported-media`, and `too-large` above a limit. */
export function decodableFilm(input: DecodedInput): VideoTrack {
  const { video: film } = selectTracks(input.media, NO_PARAMETERS);
  if (film === null) throw unsupported('The file has no video.');
  if (film.undecodable !== null) throw unsupported(film.undecodable);
  refuse(decodingExcess(input, film));
  return film;
}

type DecodedInput = { readonly media: Media; readonly sizeBytes: number; readonly limits: Limits };

/** Says why a file may not be decoded, in a sentence; null if it may. Without `film` it is about the audio. */
export function decodingExcess(
  { media, sizeBytes, limits }: DecodedInput,
  film: VideoTrack | null,
): string | null {
  return (
    excessOf('maxSourceBytes', sizeBytes, limits) ??
    excessOf('maxSourceSeconds', media.durationSeconds ?? 0, limits) ??
    (film && filmExcess(film, limits))
  );
}

function filmExcess({ codedWidth, codedHeight, frameRate }: VideoTrack, limits: Limits): string | null {
  const rate = frameRate === null ? 0 : frameRate.numerator / frameRate.denominator;
  return (
    excessOf('maxPixels', codedWidth * codedHeight, limits, `${codedWidth}x${codedHeight}`) ??
    excessOf('maxFrameRate', rate, limits)
  );
}

/** Throws `too-large` if `excess` is a sentence. */
export function refuse(excess: string | null, advice = ''): void {
  if (excess !== null) throw new Problem('too-large', `${excess}${advice === '' ? '' : `; ${advice}`}.`);
}

/** Throws `too-large` for too many tracks: each is planned, and a file can declare any number. */
export function refuseTracks({ tracks }: Media, limits: Limits): void {
  refuseAbove('maxTracks', tracks.length, limits);
}

/** Throws `too-large` for a requested output above the limits. */
export function refuseParameters({ height, bitrate }: StreamParameters, limits: Limits): void {
  refuseAbove('maxOutputHeight', height ?? 0, limits);
  refuseAbove('maxOutputBitrate', bitrate ?? 0, limits);
}

/** The bounds of work. */
export type WorkMeans = {
  readonly limits: Limits & { readonly cores: number };
  /** Seconds until the invocation must have ended. */
  readonly secondsLeft: number;
};

/** Throws `too-large` for work whose predicted cost is above its bounds. */
export function refuseWork(
  { seconds, bytes }: Prediction,
  { limits, secondsLeft }: WorkMeans,
  advice: { readonly forSeconds: string; readonly forBytes: string },
): void {
  refuseAbove('maxCpuSeconds', Math.ceil((seconds ?? 0) * limits.cores), limits, advice.forSeconds);
  if (seconds !== null && seconds > secondsLeft) {
    const left = Math.floor(secondsLeft);
    const excess = `The work would take about ${Math.ceil(seconds)} seconds and one invocation has ${left} left`;
    refuse(excess, advice.forSeconds);
  }
  refuseAbove('maxResponseBytes', bytes ?? 0, limits, advice.forBytes);
}

/** Throws `too-large` for a segment that cannot be encoded in time. */
export function refuseSegment(
  ask: { readonly kind: 'segment' | 'iframe'; readonly index: number },
  rendition: Rendition,
  { media, ...means }: WorkMeans & { readonly media: Media },
): void {
  const film = rendition.kind === 'video' ? selectTracks(media, NO_PARAMETERS).video : null;
  const advice =
    film === null
      ? 'stream the audio from its beginning, since its samples have to be counted up to here'
      : 'choose a smaller rendition';
  const prediction = predictSegment(rendition, ask, { film, media, cores: means.limits.cores });
  refuseWork(prediction, means, { forSeconds: advice, forBytes: advice });
}
