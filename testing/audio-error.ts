import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { EncodedAudio, SegmentContext } from '../functions/stream/engine/segment-context.ts';
import { clockSeconds } from '../functions/stream/engine/source-grid.ts';
import { audiosOf } from '../functions/stream/plan/plan-input.ts';
import { ownFfmpeg } from './encoded.ts';
import { overLoopback } from './over-loopback.ts';

const run = promisify(execFile);

/** Decodes interleaved samples of all channels, between -1 and 1. */
async function samplesOf(program: string, args: readonly string[]) {
  const options = { encoding: 'buffer' as const, maxBuffer: 512 * 1024 * 1024 };
  const { stdout, stderr } = await run(program, [...args, '-f', 'f32le', '-'], options);
  const samples = new Float32Array(new Uint8Array(stdout).buffer);
  return { samples, complaints: stderr.toString() };
}

/** Seconds that are decoded before a stretch of a long film. */
const LEAD_SECONDS = 5;

/**
 * Decodes the audio in one pass from the start of the file, from the presentation's zero; or a stretch of it,
 * in frames of 1024 samples, in a pass that begins a little before.
 */
export async function heardInOnePass(
  file: string,
  { source: { audio }, timescale, channels }: EncodedAudio,
  { probed: { media }, zeroSeconds }: SegmentContext,
  stretch?: readonly [firstFrame: number, endFrame: number],
): Promise<Float32Array> {
  const track = audiosOf(media).find(({ stream }) => stream === audio.stream);
  if (track === undefined) throw new Error('The file has no such audio track.');
  const [first, end] = stretch?.map((frame) => frame * 1024) ?? [];
  const seekSeconds = zeroSeconds + (first ?? 0) / timescale - LEAD_SECONDS;
  const fromStart = seekSeconds <= 0;
  const filters = [
    `asetpts=PTS-round(${(clockSeconds(media, track) + zeroSeconds).toFixed(9)}*SR)`,
    `aresample=${timescale}:async=1${fromStart ? ':first_pts=0' : ''}`,
    `aformat=sample_fmts=flt:channel_layouts=${channels === 1 ? 'mono' : 'stereo'}`,
    ...(end === undefined ? [] : [`atrim=start_pts=${first}:end_pts=${end}`]),
  ];
  const seek = fromStart ? [] : ['-ss', seekSeconds.toFixed(3)];
  const input = [...['-v', 'error', '-nostdin', ...seek, '-copyts'], '-i'];
  const output = ['-map', `0:${audio.stream}`, '-af', filters.join(',')];
  const program = await ownFfmpeg();
  return overLoopback(
    file,
    null,
    async (url) => (await samplesOf(program, [...input, url, ...output])).samples,
  );
}

/**
 * Decodes segments with Debian's ffmpeg; it includes the encoder's priming, which the edit list hides from
 * players.
 */
export async function heardInSegments(parts: readonly Uint8Array[], path: string, channels: number) {
  await writeFile(path, Buffer.concat(parts));
  const { samples, complaints } = await samplesOf('/usr/bin/ffmpeg', [
    '-v',
    'warning',
    '-nostdin',
    '-i',
    path,
  ]);
  return { samples: samples.subarray(1024 * channels), complaints };
}

/** Returns, for each AAC frame, the root mean square of the difference, in steps of 16-bit audio. */
export function errorsOf(output: Float32Array, wanted: Float32Array, channels: number): number[] {
  const size = 1024 * channels;
  return Array.from({ length: Math.floor(Math.min(output.length, wanted.length) / size) }, (_, frame) => {
    let sum = 0;
    for (let i = frame * size; i < (frame + 1) * size; i++) sum += ((output[i] ?? 0) - (wanted[i] ?? 0)) ** 2;
    return 32_768 * Math.sqrt(sum / size);
  });
}

/**
 * Returns by how many samples, within a few, a frame in the middle comes earlier in `output`: one pass of
 * ffmpeg begins at the container's rounded first time, whatever the later times are.
 */
export function lagOf(output: Float32Array, wanted: Float32Array, channels: number, most = MOST_LAG): number {
  const from = 30 * 1024 * channels;
  let best = { lag: 0, error: Number.POSITIVE_INFINITY };
  for (let lag = -most; lag <= most; lag++) {
    let error = 0;
    for (let i = from; i < from + 4096 * channels; i++)
      error += ((output[i] ?? 0) - (wanted[i + lag * channels] ?? 0)) ** 2;
    if (error < best.error * 0.99) best = { lag, error };
  }
  return best.lag;
}

const MOST_LAG = 64;

export type JoinErrors = {
  readonly worstJoin: number;
  readonly medianJoin: number;
  /** The 99th percentile of frames at no join, without the first and the last ones. */
  readonly p99: number;
  readonly median: number;
};

/** Compares the errors at the joins (the frames on both sides, and one more) with those elsewhere. */
export function joinErrors(errors: readonly number[], { segments }: EncodedAudio): JoinErrors {
  const joins = segments.slice(1).map(({ startTicks }) => startTicks / 1024);
  const near = new Set(joins.flatMap((join) => [join - 1, join, join + 1]));
  const isInner = (frame: number) => frame > 1 && frame < errors.length - 2;
  const at = joins.map((join) =>
    Math.max(...[join - 1, join, join + 1].filter(isInner).map((frame) => errors[frame] ?? 0)),
  );
  const rest = errors.filter((_, frame) => isInner(frame) && !near.has(frame)).sort((a, b) => a - b);
  at.sort((a, b) => a - b);
  const part = (sorted: readonly number[], share: number) =>
    sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return {
    worstJoin: part(at, 1),
    medianJoin: part(at, 0.5),
    p99: part(rest, 0.99),
    median: part(rest, 0.5),
  };
}
