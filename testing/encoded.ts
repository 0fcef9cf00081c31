import { basename, dirname } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createTrace } from '../functions/stream/base/trace.ts';
import { createEngine, type Engine } from '../functions/stream/engine/ffmpeg.ts';
import type {
  EncodedAudio,
  EncodedVideo,
  SegmentContext,
} from '../functions/stream/engine/segment-context.ts';
import { encodedInit, openEncodedSegment } from '../functions/stream/engine/segments.ts';
import { probe } from '../functions/stream/media/probe/probe.ts';
import { clocked } from '../functions/stream/media/transport/clocked.ts';
import { planColour } from '../functions/stream/plan/colour.ts';
import { frameTime, gridPhaseSeconds } from '../functions/stream/plan/frame-grid.ts';
import { audiosOf, filmsOf } from '../functions/stream/plan/plan-input.ts';
import type { Rendition, Segment } from '../functions/stream/plan/presentation.ts';
import { cachedAccess, createBlockCache } from '../functions/stream/source/cache.ts';
import { directorySource } from '../functions/stream/source/directory.ts';
import { localEnvironment } from '../local/function.ts';
import { ROOMY } from './ample.ts';

/** Returns the ffmpeg that the function uses: segments are compared with one pass of it. */
export async function ownFfmpeg(): Promise<string> {
  return (await localEnvironment({})).FFMPEG_PATH ?? '';
}

/** Opens a file of this machine with the context of its segments; each call is another instance. */
export async function openContext(
  path: string,
  {
    signal = new AbortController().signal,
    ffmpegPath,
  }: { readonly signal?: AbortSignal; readonly ffmpegPath?: string } = {},
): Promise<SegmentContext> {
  const source = directorySource(dirname(path));
  const object = await source.stat(basename(path), signal);
  const access = cachedAccess(source, object, signal, { cache: createBlockCache() });
  const { FFPROBE_PATH: ffprobePath = '', FFMPEG_PATH = '' } = await localEnvironment({});
  const probed = await probe({ file: access, object, ffprobePath, signal });
  const engine = createEngine(ffmpegPath ?? FFMPEG_PATH, ROOMY);
  const starts = [...filmsOf(probed.media), ...audiosOf(probed.media)].map((track) => track.startSeconds);
  const limits = { maxPixels: 10_000_000 };
  const zeroSeconds = Math.min(...starts);
  return {
    object,
    access: clocked(access, probed.clock),
    probed,
    engine,
    signal,
    trace: createTrace(),
    limits,
    zeroSeconds,
  };
}

/** Wraps the context's ffmpeg so that its output arguments are others. */
export function withArguments(
  context: SegmentContext,
  change: (output: readonly string[]) => readonly string[],
): SegmentContext {
  const engine: Engine = {
    transcode: (url, { input, output }, options) =>
      context.engine.transcode(url, { input, output: change(output) }, options),
  };
  return { ...context, engine };
}

export type VideoShape = {
  readonly height: number;
  readonly frameRate: { readonly numerator: number; readonly denominator: number };
  readonly seconds: number;
  /** Seconds of the segments in turn; the last one applies to the rest. */
  readonly lengths?: readonly number[];
  readonly maxBitrate?: number;
};

/** Plans a rendition of the first video track, like the planner, at a size that is encoded in no time. */
export function videoRendition(
  { probed: { media }, zeroSeconds }: SegmentContext,
  shape: VideoShape,
): EncodedVideo {
  const { height, frameRate, seconds, lengths = [1, 2, 4], maxBitrate = 300_000 } = shape;
  const [film] = filmsOf(media);
  if (film === undefined) throw new Error('The file has no film.');
  const { numerator, denominator } = frameRate;
  const width = 2 * Math.round((height * film.displayWidth) / film.displayHeight / 2);
  const frames = Math.round((seconds * numerator) / denominator);
  const counts = lengths.map((length) => Math.round((length * numerator) / denominator));
  // The clock is finer than the frames, as the planner has it.
  const finer = Math.ceil(10_000 / numerator);
  const phaseSeconds = gridPhaseSeconds(film.frameRate, film.startSeconds - zeroSeconds, frameRate);
  const phaseTicks = Math.round(phaseSeconds * numerator * finer);
  const grid = { frameTicks: denominator * finer, phaseTicks };
  const { rotation, mirrored, interlaced, dynamicRange } = film;
  const none = { peakBitrate: 0, averageBitrate: 0 };
  const about = { id: `${height}p`, codecs: 'avc1.64001f', ...none };
  // A field that the planner adds and this type lacks.
  const more = { dynamicRange: 'sdr' as const };
  const segments = cut(frames, counts, (frame) => frameTime(frame, grid));
  return {
    ...about,
    ...more,
    kind: 'video',
    timescale: numerator * finer,
    segments,
    iFrames: { ...none, frames: segments },
    width,
    height,
    frameRate,
    source: {
      kind: 'encode',
      ...grid,
      level: 31,
      video: {
        kind: 'encode',
        stream: film.stream,
        codec: 'h264',
        coded: { width: film.codedWidth, height: film.codedHeight },
        crop: film.crop,
        width,
        height,
        rotation,
        mirrored,
        deinterlace: interlaced,
        toneMap: dynamicRange === 'pq' || dynamicRange === 'hlg' ? dynamicRange : null,
        colour: planColour(film, 'h264'),
        frameRate,
        maxBitrate,
      },
    },
  };
}

export type AudioShape = {
  readonly seconds: number;
  readonly sampleRate: number;
  readonly stream?: number;
  readonly lengths?: readonly number[];
};

/** Plans a rendition of an audio track, like the planner: whole AAC frames up to the end. */
export function audioRendition({ probed: { media } }: SegmentContext, shape: AudioShape): EncodedAudio {
  const { seconds, sampleRate, stream = 0, lengths = [1, 2, 4] } = shape;
  const track = audiosOf(media)[stream];
  if (track === undefined) throw new Error('The file has no such audio track.');
  const channels = track.channels === 1 ? 1 : 2;
  const frames = Math.ceil((seconds * sampleRate) / 1024);
  const counts = lengths.map((length) => Math.round((length * sampleRate) / 1024));
  const about = { id: `audio-${stream}`, codecs: 'mp4a.40.2', language: null, isDefault: true };
  const named = { number: stream, form: 'usual' as const, title: null, purpose: 'main' as const };
  const bitrate = Math.min(80_000, 4 * sampleRate) * channels;
  return {
    ...about,
    ...named,
    kind: 'audio',
    timescale: sampleRate,
    segments: cut(frames, counts, (frame) => frame * 1024),
    channels,
    peakBitrate: 0,
    averageBitrate: 0,
    source: {
      kind: 'encode',
      audio: {
        kind: 'encode',
        stream: track.stream,
        codec: 'aac',
        channels,
        sampleRate,
        bitrate,
        bits: null,
      },
    },
  };
}

function cut(frames: number, counts: readonly number[], ticksOf: (frame: number) => number): Segment[] {
  const segments: Segment[] = [];
  for (let at = 0, i = 0; at < frames; i++) {
    const count = Math.min(counts[Math.min(i, counts.length - 1)] ?? frames, frames - at);
    segments.push({ startTicks: ticksOf(at), durationTicks: ticksOf(at + count) - ticksOf(at) });
    at += count;
  }
  return segments;
}

export async function segmentOf(
  rendition: Rendition,
  index: number,
  context: SegmentContext,
): Promise<Buffer> {
  return buffer(await openEncodedSegment(rendition, index, context));
}

/** Returns the init segment and all segments, in order. */
export async function everything(rendition: Rendition, context: SegmentContext): Promise<Buffer[]> {
  const parts: Buffer[] = [Buffer.from(await encodedInit(rendition, context))];
  for (const index of rendition.segments.keys()) parts.push(await segmentOf(rendition, index, context));
  return parts;
}
