import type { Engine } from '../engine/ffmpeg.ts';
import type { EngineContext } from '../engine/transcode-object.ts';
import { transcodeOutput } from '../engine/transcode-output.ts';
import type { ObjectContext } from '../http/original.ts';
import type { LiveRepresentation } from '../http/representation.ts';
import type { Probed } from '../media/probe/probe.ts';
import { waveformPng, waveformSvg } from '../media/waveform/draw-waveform.ts';
import { type Peaks, peaksOf } from '../media/waveform/peaks.ts';
import { waveformDat, waveformJson, waveformPeaks } from '../media/waveform/write-waveform.ts';
import { waveformHeader } from '../plan/describe-plan.ts';
import { samplingOf } from '../plan/output.ts';
import type { PlanInput } from '../plan/plan-input.ts';
import { mostPixels, planWaveform, tooManyPoints, type WaveformPlan } from '../plan/waveform-plan.ts';
import type { WaveformFormat, WaveformParameters } from '../route/waveform-parameters.ts';
import { liveBytes } from './live-bytes.ts';
import { refuseOtherVersion, versionOf } from './version.ts';

const TYPES: Readonly<Record<WaveformFormat, string>> = {
  json: 'application/json',
  dat: 'application/octet-stream',
  peaks: 'application/json',
  svg: 'image/svg+xml',
  png: 'image/png',
};

export type WaveformServices = {
  readonly probed: Probed;
  readonly engine: Engine;
  /** Is called again and again with the seconds of the audio that were looked through. */
  onSeconds(seconds: number): void;
};

export type OpenedWaveform = {
  readonly representation: LiveRepresentation;
  /** The value of `Sluice-Plan`. */
  readonly plan: string;
  /** How long the audio is; null if the file does not tell. */
  readonly secondsTotal: number | null;
};

/**
 * Turns a request for a waveform into what can be sent; the audio is decoded when it is opened. Rejects as
 * `planWaveform` throws, and with `not-found` for an address of another version.
 */
export function openWaveform(
  parameters: WaveformParameters,
  input: PlanInput,
  context: ObjectContext,
  { probed, engine, onSeconds }: WaveformServices,
): OpenedWaveform {
  refuseOtherVersion(parameters.version, versionOf(context));
  const plan = planWaveform(input, parameters);
  const { predicted: _, secondsTotal, ...decisive } = plan;
  const bytes = async () =>
    Buffer.from(written(await decodedPeaks(plan, { ...context, probed, engine }, onSeconds), plan));
  const deciding = ['waveform', context.limits.ffmpegBuild(), decisive];
  return {
    representation: liveBytes(TYPES[plan.format], deciding, bytes, context),
    plan: waveformHeader(plan),
    secondsTotal,
  };
}

async function decodedPeaks(
  plan: WaveformPlan,
  context: ObjectContext & EngineContext,
  onSeconds: WaveformServices['onSeconds'],
): Promise<Peaks> {
  const { output, samplesPerPixel, split, isMixed } = plan;
  const samples = await transcodeOutput(output, context, { muxer: PCM, isRoundedFirst: isMixed });
  const { sampleRate, channels } = samplingOf(output);
  return peaksOf(samples, {
    ...{ sampleRate, samplesPerPixel, split },
    sourceChannels: channels,
    mostPixels: mostPixels(plan),
    tooMany: () => tooManyPoints(plan),
    onBytes: (total) => onSeconds(total / (2 * channels * sampleRate)),
  });
}

/** Without a flush for each frame of 20 ms, ffmpeg writes a tenth as often. */
const PCM = ['-flush_packets', '0', '-f', 's16le'];

function written(peaks: Peaks, { format, bits, drawing }: WaveformPlan): string | Buffer {
  switch (format) {
    case 'json':
      return waveformJson(peaks, bits);
    case 'dat':
      return waveformDat(peaks, bits);
    case 'peaks':
      return waveformPeaks(peaks);
    case 'svg':
      return waveformSvg(peaks, drawing.color);
    case 'png':
      return waveformPng(peaks, drawing);
    default:
      return format satisfies never;
  }
}
