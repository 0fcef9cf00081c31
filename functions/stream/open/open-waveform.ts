import type { Engine } from '../engine/ffmpeg.ts';
import type { EngineContext } from '../engine/transcode-object.ts';
import { transcodeOutput } from '../engine/transcode-output.ts';
import type { ObjectContext } from '../http/original.ts';
import type { LiveRepresentation } from '../http/representation.ts';
import type { Probed } from '../media/probe/probe.ts';
import { type Peaks, peaksOf } from '../media/waveform/peaks.ts';
import { waveformDat, waveformJson, waveformPeaks, waveformSvg } from '../media/waveform/write-waveform.ts';
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
};

/**
 * Turns a request for a waveform into what can be sent; the audio is decoded when it is opened. Rejects as
 * `planWaveform` throws, and with `not-found` for an address of another version.
 */
export function openWaveform(
  parameters: WaveformParameters,
  input: PlanInput,
  context: ObjectContext,
  { probed, engine }: { readonly probed: Probed; readonly engine: Engine },
): { readonly representation: LiveRepresentation; readonly plan: string } {
  refuseOtherVersion(parameters.version, versionOf(context));
  const plan = planWaveform(input, parameters);
  const { predicted: _, ...decisive } = plan;
  const bytes = async () =>
    Buffer.from(written(await decodedPeaks(plan, { ...context, probed, engine }), plan));
  const deciding = ['waveform', context.limits.ffmpegBuild(), decisive];
  return {
    representation: liveBytes(TYPES[plan.format], deciding, bytes, context),
    plan: waveformHeader(plan),
  };
}

async function decodedPeaks(plan: WaveformPlan, context: ObjectContext & EngineContext): Promise<Peaks> {
  const { output, samplesPerPixel, split } = plan;
  const samples = await transcodeOutput(output, context, ['-f', 's16le']);
  const { sampleRate, channels } = samplingOf(output);
  return peaksOf(samples, {
    ...{ sampleRate, samplesPerPixel, split },
    sourceChannels: channels,
    mostPixels: mostPixels(plan),
    onExcess: () => {
      throw tooManyPoints(plan);
    },
  });
}

function written(peaks: Peaks, { format, bits }: WaveformPlan): string | Buffer {
  switch (format) {
    case 'json':
      return waveformJson(peaks, bits);
    case 'dat':
      return waveformDat(peaks, bits);
    case 'peaks':
      return waveformPeaks(peaks);
    case 'svg':
      return waveformSvg(peaks);
    default:
      return format satisfies never;
  }
}
