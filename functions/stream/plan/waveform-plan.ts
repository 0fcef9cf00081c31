import { badParameter, Problem, unsupported } from '../base/problem.ts';
import type { AudioTrack, Media } from '../media/model/media.ts';
import { NO_PARAMETERS } from '../route/parameters.ts';
import type { WaveformFormat, WaveformParameters } from '../route/waveform-parameters.ts';
import type { Output } from './output.ts';
import type { PlanInput } from './plan-input.ts';
import { planOutput } from './plan-output.ts';
import { type Prediction, predictWaveform } from './predict.ts';
import { refuseTracks, refuseWork } from './refuse.ts';
import { audiosOf, selectTracks } from './select-tracks.ts';

/** How the peaks of an audio track are computed and written. */
export type WaveformPlan = {
  readonly format: WaveformFormat;
  readonly bits: 8 | 16;
  readonly split: boolean;
  readonly samplesPerPixel: number;
  /** The audio as 16-bit PCM. */
  readonly output: Output;
  readonly predicted: Prediction;
};

/** What peaks.js takes at its default zooms. */
const USUAL_SAMPLES = 256;
/** More than a screen has pixels. */
const USUAL_POINTS = 1_000;
/** Eight hours at the usual resolution; each takes a few bytes of memory. */
export const MOST_PIXELS = 5_000_000;

/**
 * Decides a waveform. Throws `not-found` for a file without audio, `unsupported-media` for audio that cannot be decoded
 * here, `bad-parameter` and `too-large`.
 */
export function planWaveform(
  input: Omit<PlanInput, 'parameters'>,
  parameters: WaveformParameters,
): WaveformPlan {
  const { media, limits } = input;
  refuseTracks(media, limits);
  if (audiosOf(media).length === 0) {
    throw new Problem('not-found', 'The file has no audio, of which a waveform could be.');
  }
  const asked = { ...NO_PARAMETERS, format: 'wav', audio: parameters.audio } as const;
  const selection = selectTracks(media, asked);
  const { audio } = selection;
  if (audio === null) throw unsupported('The file has no audio.');
  if (audio.undecodable !== null) throw unsupported(audio.undecodable);
  const output = planOutput({ ...input, parameters: asked }, selection);
  const sampleRate = output.audio?.kind === 'encode' ? output.audio.sampleRate : audio.sampleRate;
  const { format, bits, split } = parameters;
  const samplesPerPixel = samplesPerPixelOf(parameters, sampleRate, audio, media);
  const predicted = predictWaveform(media);
  const advice = 'there is no smaller part of it';
  refuseWork(predicted, input, { forSeconds: advice, forBytes: advice });
  return { format, bits, split, samplesPerPixel, output, predicted };
}

function samplesPerPixelOf(
  { format, points, pixelsPerSecond }: WaveformParameters,
  sampleRate: number,
  audio: AudioTrack,
  media: Media,
): number {
  if (points !== null && pixelsPerSecond !== null) {
    throw badParameter('Only one of the parameters "points" and "pixels-per-second" can be given.');
  }
  if (pixelsPerSecond !== null) return Math.max(1, Math.floor(sampleRate / pixelsPerSecond));
  const isForScreen = format === 'peaks' || format === 'svg';
  if (points === null && !isForScreen) return USUAL_SAMPLES;
  const seconds = audio.durationSeconds ?? media.durationSeconds;
  if (seconds === null) {
    throw unsupported('The file does not tell how long it is; ask for pixels-per-second instead of points.');
  }
  return Math.max(1, Math.ceil((seconds * sampleRate) / (points ?? USUAL_POINTS)));
}
