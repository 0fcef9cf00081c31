import { AAC_FRAME } from '../media/codecs/aac.ts';
import { greatestCommonDivisor } from '../media/model/common-divisor.ts';
import type { AudioOutput } from '../plan/output.ts';
import { AAC_ENCODER, type FfmpegArguments } from './arguments.ts';
import { LAYOUTS } from './audio-effects.ts';
import {
  COUNTED_PLACE,
  EDITED_SECONDS,
  ROUNDED_SECONDS,
  SETTLED_SECONDS,
  settledPlace,
  TOLERANCE_SECONDS,
} from './audio-places.ts';
import { inputArguments } from './input-arguments.ts';
import { type ReadFrom, readingFrom, unbuffered } from './segment-arguments.ts';

/**
 * Corrects the times of decoded frames, which containers round and programs guess. `frames`: each begins at a
 * multiple of `samples` (its own length if null) from `originSeconds`. `settling`: frames follow each other
 * without a gap if they seem to, at a multiple of `samples` that most of them agree on. `counted`: all frames
 * are read and follow each other from the timeline's beginning. `edited`: all times hold, and what follows a join begins
 * there to the sample.
 */
export type SourceGrid =
  | { readonly kind: 'exact' }
  | { readonly kind: 'counted' }
  | { readonly kind: 'edited' }
  | {
      readonly kind: 'frames' | 'settling';
      /** Origin on the file's own clock. */
      readonly originSeconds: number;
      readonly samples: number | null;
    };

export type AudioSegment = {
  readonly audio: Extract<AudioOutput, { kind: 'encode' }>;
  /** Samples per second of the source's track. */
  readonly sourceRate: number;
  /** The presentation's zero, in seconds of the file's own clock. */
  readonly zeroSeconds: number;
  readonly grid: SourceGrid;
  /** Frames of 1024 samples to encode, from the presentation's zero. */
  readonly firstFrame: number;
  readonly frameCount: number;
  readonly from: ReadFrom;
};

/**
 * Returns ffmpeg's arguments for the AAC frames `[firstFrame, firstFrame + frameCount)`, one fragment a
 * packet. The first packet is the encoder's priming; times of the output count from the first sample. Silence
 * fills the time before the track's start, after its end, and in its gaps.
 */
export function audioSegmentArguments(
  segment: AudioSegment,
  limits: { readonly maxPixels: number },
): FfmpegArguments {
  const { audio, from, firstFrame, frameCount } = segment;
  const { stream, sampleRate, channels, bitrate } = audio;
  const { cutSeconds, cutSample } = resamplingStart(segment);
  const first = firstFrame * AAC_FRAME - cutSample;
  const filters = [
    // Resampling begins where a sample of the source and one of the output coincide, so that all segments
    // begin alike.
    `asetpts='${placeOf(segment, cutSeconds)}'`,
    // It ends a little later: after a gap of hours, only the audible part becomes silence.
    `atrim=start_pts=0:end=${((first + frameCount * AAC_FRAME) / sampleRate + 1).toFixed(3)}`,
    `aresample=${sampleRate}:async=1:min_hard_comp=${leastGapSeconds(segment).toFixed(6)}${from.fillsFront ? ':first_pts=0' : ''}`,
    `aformat=sample_fmts=fltp:channel_layouts=${LAYOUTS[channels]}`,
    'apad',
    // Silence alone, after no input at all, has no time of its own.
    ...(from.fillsFront ? ['asetpts=N'] : []),
    `atrim=start_pts=${first}:end_pts=${first + frameCount * AAC_FRAME}`,
    `asetpts=PTS-${first}`,
  ];
  return {
    // Where all samples are counted, ffmpeg's own clock goes on from one recording to the next, and the file's does not.
    input: [...inputArguments(limits), ...(segment.grid.kind === 'counted' ? [] : readingFrom(from))],
    output: [
      ...['-filter_complex', `[0:${stream}]${filters.join(',')}[audio]`, '-map', '[audio]'],
      ...['-c:a', ...AAC_ENCODER, ...(bitrate === null ? [] : ['-b:a', String(bitrate)])],
      ...['-ar', String(sampleRate), '-ac', String(channels)],
      ...unbuffered('+bitexact'),
    ],
  };
}

/**
 * Returns an expression for the sample at which a decoded frame begins, counted from `cutSeconds` of the
 * presentation.
 */
function placeOf({ grid, zeroSeconds }: AudioSegment, cutSeconds: number): string {
  const cut = `round(${cutSeconds.toFixed(9)}*SR)`;
  if (grid.kind === 'counted') return `${COUNTED_PLACE}-round(${zeroSeconds.toFixed(9)}*SR)-${cut}`;
  if (grid.kind === 'exact' || grid.kind === 'edited')
    return `PTS-round(${zeroSeconds.toFixed(9)}*SR)-${cut}`;
  const step = grid.samples ?? 'NB_SAMPLES';
  const back = `round(${(grid.originSeconds - zeroSeconds).toFixed(9)}*SR)-${cut}`;
  if (grid.kind === 'settling') return `${settledPlace(step, grid.originSeconds)};ld(1)+N+${back}`;
  const off = (place: string) => `${place}-round(${place}/${step})*${step}`;
  // A first frame that was cut in front still ends on the grid: the end nearer to it counts. Frames off by
  // more than a container's rounding have many lengths, and stay where they are.
  const most = grid.samples === null ? `${ROUNDED_SECONDS}*SR` : step;
  return [
    `st(0,PTS-${grid.originSeconds.toFixed(9)}*SR)`,
    `st(1,${off('ld(0)')})`,
    `st(2,${off('(ld(0)+NB_SAMPLES)')})`,
    'st(3,if(lte(abs(ld(1)),abs(ld(2))),ld(1),ld(2)))',
    `round(ld(0)-if(lte(abs(ld(3)),${most}),ld(3)))+${back}`,
  ].join(';');
}

/** Returns the shortest gap, unless a whole frame is missing. */
function leastGapSeconds({ grid, sourceRate }: AudioSegment): number {
  if (grid.kind === 'edited') return EDITED_SECONDS;
  if (grid.kind === 'settling') return SETTLED_SECONDS;
  if (grid.kind !== 'frames' || grid.samples === null) return TOLERANCE_SECONDS;
  return Math.min(TOLERANCE_SECONDS, grid.samples / 2 / sourceRate);
}

/** Samples of the source that the resampler needs before its output is steady. */
const WARM_UP_SAMPLES = 1024;

function resamplingStart({ audio, sourceRate, firstFrame }: AudioSegment) {
  const common = greatestCommonDivisor(sourceRate, audio.sampleRate);
  const firstSeconds = (firstFrame * AAC_FRAME) / audio.sampleRate;
  const steps = Math.max(0, Math.floor((firstSeconds - WARM_UP_SAMPLES / sourceRate) * common));
  return { cutSeconds: steps / common, cutSample: (steps * audio.sampleRate) / common };
}
