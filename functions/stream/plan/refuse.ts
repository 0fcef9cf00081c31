import { excessOf, type LimitName, type Limits } from '../base/limits.ts';
import { Problem } from '../base/problem.ts';
import type { Media, VideoTrack } from '../media/model/media.ts';
import { NO_PARAMETERS, type StreamParameters } from '../route/parameters.ts';
import { type Prediction, predictSegment } from './predict.ts';
import type { Rendition } from './presentation.ts';
import { selectTracks } from './select-tracks.ts';

/** Throws `too-large` above a limit, with what to do about it. */
export function refuseAbove(name: LimitName, value: number, limits: Limits, advice = ''): void {
  refuse(excessOf(name, value, limits), advice);
}

/** Why nothing of a file is decoded here, in a sentence; null if it may. Without a film it is about its sound. */
export function decodingExcess(
  {
    media,
    sizeBytes,
    limits,
  }: { readonly media: Media; readonly sizeBytes: number; readonly limits: Limits },
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

/** Throws `too-large` where `excess` is a sentence. */
export function refuse(excess: string | null, advice = ''): void {
  if (excess !== null) throw new Problem('too-large', `${excess}${advice === '' ? '' : `; ${advice}`}.`);
}

/** Each track is planned, and a file can claim to have any number of them. */
export function refuseTracks({ tracks }: Media, limits: Limits): void {
  refuseAbove('maxTracks', tracks.length, limits);
}

/** What a request asks of an output that is made. */
export function refuseParameters({ height, bitrate }: StreamParameters, limits: Limits): void {
  refuseAbove('maxOutputHeight', height ?? 0, limits);
  refuseAbove('maxOutputBitrate', bitrate ?? 0, limits);
}

/** What work may take. */
export type WorkMeans = {
  readonly limits: Limits & { readonly cores: number };
  /** Until the invocation must have ended. */
  readonly secondsLeft: number;
};

/** What a piece of work would cost, where that can be told. */
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

/** Before a segment is begun that cannot be made in time. */
export function refuseSegment(
  ask: { readonly kind: 'segment' | 'iframe'; readonly index: number },
  rendition: Rendition,
  { media, ...means }: WorkMeans & { readonly media: Media },
): void {
  const film = rendition.kind === 'video' ? selectTracks(media, NO_PARAMETERS).video : null;
  const advice =
    film === null
      ? 'stream the sound from its beginning, whose samples have to be counted up to here'
      : 'choose a rendition with a smaller picture';
  const prediction = predictSegment(rendition, ask, { film, media, cores: means.limits.cores });
  refuseWork(prediction, means, { forSeconds: advice, forBytes: advice });
}
