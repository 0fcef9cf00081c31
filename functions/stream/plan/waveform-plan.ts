import { badParameter, Problem, unsupported } from '../base/problem.ts';
import { NO_PARAMETERS } from '../route/stream-parameters.ts';
import type { WaveformFormat, WaveformParameters } from '../route/waveform-parameters.ts';
import { type Output, samplingOf } from './output.ts';
import { audiosOf, type PlanInput, selectTracks } from './plan-input.ts';
import { planOutput } from './plan-output.ts';
import { type Prediction, predictWaveform } from './predict.ts';
import { refuseTracks, refuseWork } from './refuse.ts';

/** How the peaks of an audio track are computed and written. */
export type WaveformPlan = {
  readonly format: WaveformFormat;
  readonly bits: 8 | 16;
  readonly split: boolean;
  readonly samplesPerPixel: number;
  readonly drawing: Drawing;
  /** The audio as 16-bit PCM. */
  readonly output: Output;
  /**
   * Whether ffmpeg mixes two channels into the one of the output. It rounds their sum where it is divided, a step of 16
   * bits at most, and half as many bytes come out of it: good enough for lossy audio.
   */
  readonly isMixed: boolean;
  /** How long the audio is; null if the file does not tell. */
  readonly secondsTotal: number | null;
  readonly predicted: Prediction;
};

/** How a waveform is drawn; of an SVG, whoever shows it decides the height. */
export type Drawing = {
  readonly height: number;
  /** Six hexadecimal digits; null for black, or in an SVG the colour of the text around it. */
  readonly color: string | null;
};

/** What peaks.js takes at its default zooms. */
const USUAL_SAMPLES = 256;
/** More than a screen has pixels. */
const USUAL_POINTS = 1_000;
const USUAL_HEIGHT = 256;
/** What the binary form can write. */
const MOST_SAMPLES = 2 ** 31 - 1;

/** The most points of all channels together: as text each takes many times the memory that it has as a number. */
const MOST_POINTS: Readonly<Record<WaveformFormat, number>> = {
  // Eight hours at the usual resolution.
  dat: 5_000_000,
  json: 2_000_000,
  peaks: 1_000_000,
  svg: 50_000,
  // Each is a column of pixels.
  png: 10_000,
};

/** What decides how many points there may be. */
type Shape = Pick<WaveformPlan, 'format' | 'split' | 'output'>;

/** The most pixels of a channel. */
export function mostPixels({ format, split, output }: Shape): number {
  return Math.floor(MOST_POINTS[format] / (split ? samplingOf(output).channels : 1));
}

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
  const { format, bits, split } = parameters;
  const planned = planOutput({ ...input, parameters: asked }, selection);
  const isMixed = !split && audio.channels === 2 && isLossy(planned);
  const output = isMixed ? inOneChannel(planned) : planned;
  const { sampleRate } = samplingOf(output);
  const drawing = drawingOf(parameters);
  const seconds = audio.durationSeconds ?? media.durationSeconds;
  const samplesPerPixel = samplesPerPixelOf(parameters, sampleRate, seconds);
  refuseMorePoints({ format, split, output }, seconds, sampleRate / samplesPerPixel);
  const predicted = predictWaveform(media);
  const advice = 'there is no smaller part of it';
  refuseWork(predicted, input, { forSeconds: advice, forBytes: advice });
  return { format, bits, split, samplesPerPixel, drawing, output, isMixed, secondsTotal: seconds, predicted };
}

function isLossy({ audio }: Output): boolean {
  return audio?.kind === 'encode' && audio.bits !== null;
}

function inOneChannel(output: Output): Output {
  const { audio } = output;
  return audio?.kind === 'encode' ? { ...output, audio: { ...audio, channels: 1 } } : output;
}

function drawingOf({ format, height, color }: WaveformParameters): Drawing {
  if (height !== null && format !== 'png')
    throw badParameter('The parameter "height" is for format=png; an SVG has the size that it is given.');
  if (color !== null && format !== 'png' && format !== 'svg')
    throw badParameter('The parameter "color" is for format=png and format=svg.');
  return { height: height ?? USUAL_HEIGHT, color };
}

/** Throws `too-large` where it is known before anything is decoded. */
function refuseMorePoints(wanted: Shape, seconds: number | null, pixelsPerSecond: number): void {
  if (seconds !== null && seconds * pixelsPerSecond > mostPixels(wanted) + 1) throw tooManyPoints(wanted);
}

export function tooManyPoints(wanted: Shape): Problem {
  return new Problem(
    'too-large',
    `The waveform has more than ${mostPixels(wanted)} points: ask for fewer with the parameter points, or for format=dat.`,
  );
}

function samplesPerPixelOf(
  { format, points, pixelsPerSecond }: WaveformParameters,
  sampleRate: number,
  seconds: number | null,
): number {
  if (points !== null && pixelsPerSecond !== null) {
    throw badParameter('Only one of the parameters "points" and "pixels-per-second" can be given.');
  }
  if (pixelsPerSecond !== null) return Math.max(1, Math.floor(sampleRate / pixelsPerSecond));
  const isForPlayers = format === 'json' || format === 'dat';
  if (points === null && isForPlayers) return USUAL_SAMPLES;
  if (seconds === null) {
    throw unsupported('The file does not tell how long it is; ask for pixels-per-second instead of points.');
  }
  return Math.min(MOST_SAMPLES, Math.max(1, Math.ceil((seconds * sampleRate) / (points ?? USUAL_POINTS))));
}
