import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { EncodedVideo, SegmentContext } from '../functions/stream/engine/segment-context.ts';
import { gridFilters, videoFilters } from '../functions/stream/engine/video-filters.ts';
import { filmsOf } from '../functions/stream/plan/plan-input.ts';
import { ownFfmpeg } from './encoded.ts';
import { overLoopback } from './over-loopback.ts';

const run = promisify(execFile);
const guarded = { maxBuffer: 256 * 1024 * 1024 };

/**
 * Seconds that are decoded before a stretch of a long film: far more than lies between two of its keyframes.
 */
const LEAD_SECONDS = 30;

type Stretch = { readonly firstFrame?: number; readonly ffmpegPath?: string };

/**
 * Hashes the frames of a grid by one pass of the file from its start to `endFrame`, before any encoder; from
 * half a minute before `firstFrame` if that is far from the start. Times are those of a corrected clock.
 */
export async function onePass(
  file: string,
  { source: { video } }: EncodedVideo,
  context: SegmentContext,
  endFrame: number,
  { firstFrame = 0, ffmpegPath }: Stretch = {},
): Promise<string[]> {
  const { numerator, denominator } = video.frameRate;
  const seekSeconds = context.zeroSeconds + (firstFrame * denominator) / numerator - LEAD_SECONDS;
  const fromStart = seekSeconds <= 0;
  const { media } = context.probed;
  const [film] = filmsOf(media);
  if (film === undefined) throw new Error('The file has no film.');
  // The grid of a track of constant rate includes its first frame.
  const late = ((film.startSeconds - context.zeroSeconds) * numerator) / denominator;
  const steps = Math.floor(late + 0.001);
  const phase = film.frameRate?.constant ? (Math.max(0, late - steps) * denominator) / numerator : 0;
  const filters = [
    `setpts=PTS-round(${(media.originSeconds + context.zeroSeconds + phase).toFixed(9)}/TB)`,
    ...gridFilters(video, { fillsFront: fromStart }),
    'tpad=stop=-1:stop_mode=clone',
    `trim=start_pts=${firstFrame}:end_pts=${endFrame}`,
    ...videoFilters(video),
  ];
  const seek = fromStart ? [] : ['-ss', seekSeconds.toFixed(3)];
  const input = ['-v', 'error', '-nostdin', '-noautorotate', ...seek, '-copyts', '-i'];
  const output = ['-an', '-sn', '-vf', filters.join(','), '-vsync', 'passthrough', '-f', 'framemd5', '-'];
  const program = ffmpegPath ?? (await ownFfmpeg());
  const { stdout } = await overLoopback(file, context.probed.clock, (url) =>
    run(program, [...input, url, ...output], guarded),
  );
  return hashesOf(stdout);
}

export type DecodedFrames = {
  readonly hashes: readonly string[];
  /** All complaints of Debian's ffmpeg. */
  readonly complaints: string;
};

export async function decodedFrames(parts: readonly Uint8Array[], path: string): Promise<DecodedFrames> {
  await writeFile(path, Buffer.concat(parts));
  const args = ['-v', 'warning', '-nostdin', '-i', path, '-fps_mode', 'passthrough', '-f', 'framemd5', '-'];
  const { stdout, stderr } = await run('/usr/bin/ffmpeg', args, guarded);
  return { hashes: hashesOf(stdout), complaints: stderr };
}

/** Returns each frame as 32x18 grey pixels. */
export async function thumbnails(parts: readonly Uint8Array[], path: string): Promise<Buffer[]> {
  await writeFile(path, Buffer.concat(parts));
  const output = [
    '-fps_mode',
    'passthrough',
    '-vf',
    'scale=32:18:flags=area,format=gray',
    '-f',
    'rawvideo',
    '-',
  ];
  const args = ['-v', 'error', '-nostdin', '-i', path, ...output];
  const { stdout } = await run('/usr/bin/ffmpeg', args, { ...guarded, encoding: 'buffer' });
  return Array.from({ length: stdout.length / 576 }, (_, i) => stdout.subarray(i * 576, (i + 1) * 576));
}

/** Changes only the quality: the decoder puts out exactly what the encoder got. */
export function losslessly(output: readonly string[]): string[] {
  const remaining = [...output];
  for (const option of ['-profile:v', '-crf', '-maxrate:v', '-bufsize:v']) {
    const at = remaining.indexOf(option);
    if (at < 0) throw new Error(`${option} is no argument any more.`);
    remaining.splice(at, 2);
  }
  remaining.splice(remaining.indexOf('-bf'), 0, '-qp', '0');
  return remaining;
}

function hashesOf(text: string): string[] {
  const lines = text.split('\n').filter((line) => line.startsWith('0,'));
  return lines.map((line) => line.split(',').at(-1)?.trim() ?? '');
}
