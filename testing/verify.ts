import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const guarded = { maxBuffer: 64 * 1024 * 1024, timeout: 300_000 };

/** Output of Debian's ffmpeg about a file: not of the build that Sluice itself uses. */
export type Decoded = {
  /**
   * Everything that a decode of the first video and audio track printed at that level; empty for intact
   * media.
   */
  readonly complaints: string;
  /** From the first frame to the end of the last one of either track; 0 if nothing was decoded. */
  readonly seconds: number;
};

export async function decode(path: string, level: 'error' | 'warning' = 'error'): Promise<Decoded> {
  // The null muxer's own clock would be too coarse for variable frame rates.
  const selection = [
    '-map',
    '0:V:0?',
    '-map',
    '0:a:0?',
    '-enc_time_base',
    '1/90000',
    '-fps_mode',
    'passthrough',
  ];
  const args = ['-v', level, '-nostdin', '-progress', 'pipe:1', '-i', path, ...selection, '-f', 'null', '-'];
  const { stdout, stderr } = await run('/usr/bin/ffmpeg', args, guarded).catch(
    (error: { stdout?: string; stderr?: string }) => ({
      stdout: error.stdout ?? '',
      stderr: error.stderr || 'ffmpeg failed without a word',
    }),
  );
  const last = [...stdout.matchAll(/^out_time_us=(\d+)$/gm)].at(-1)?.[1];
  return { complaints: stderr.trim(), seconds: Number(last ?? 0) / 1e6 };
}

/**
 * Returns times, flags and hashes of a file's packets, by stream. Ffmpeg marks priming as discarded only in
 * indexed files.
 */
export async function probedPackets(path: string): Promise<Map<number, string[]>> {
  const entries = 'packet=stream_index,pts_time,dts_time,size,flags,data_hash';
  const args = [
    '-v',
    'quiet',
    '-show_packets',
    '-show_data_hash',
    'md5',
    '-show_entries',
    entries,
    '-of',
    'json',
    path,
  ];
  const { stdout } = await run('/usr/bin/ffprobe', args, guarded);
  const { packets } = JSON.parse(stdout) as { packets: Record<string, string>[] };
  const streams = new Map<number, string[]>();
  for (const { stream_index, pts_time, dts_time, size, flags, data_hash } of packets) {
    const milliseconds = [pts_time, dts_time].map((time) => Math.round(Number(time) * 10_000) / 10);
    const list = streams.get(Number(stream_index)) ?? [];
    list.push([...milliseconds, size, flags?.[0], data_hash].join(' '));
    streams.set(Number(stream_index), list);
  }
  return streams;
}

/** Writes `args`' last file with Debian's ffmpeg; throws its output on failure. */
export async function ffmpeg(...args: readonly string[]): Promise<void> {
  await run('/usr/bin/ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args], guarded);
}

/** Returns what Debian's ffmpeg writes to its output. */
export async function ffmpegOutput(...args: readonly string[]): Promise<Buffer> {
  const command = ['-v', 'error', '-nostdin', ...args];
  const { stdout } = await run('/usr/bin/ffmpeg', command, { ...guarded, encoding: 'buffer' });
  return stdout;
}

export type FrameSize = { readonly width: number; readonly height: number };

/** Returns the first video track's size as a viewer sees it: square pixels, upright; null without video. */
export async function uprightSize(path: string): Promise<FrameSize | null> {
  const entries =
    'stream=width,height,sample_aspect_ratio:stream_disposition=attached_pic:stream_side_data=rotation';
  const args = ['-v', 'error', '-select_streams', 'V:0', '-show_entries', entries, '-of', 'json', path];
  const { stdout } = await run('/usr/bin/ffprobe', args, guarded).catch(() => ({ stdout: '{}' }));
  const [stream] = (JSON.parse(stdout) as { streams?: ProbedStream[] }).streams ?? [];
  if (stream === undefined || !stream.width || !stream.height) return null;
  const [across = 1, down = 1] = (stream.sample_aspect_ratio ?? '1:1').split(':').map(Number);
  const width = across > 0 && down > 0 ? Math.round((stream.width * across) / down) : stream.width;
  const turned =
    Math.abs(stream.side_data_list?.find(({ rotation }) => rotation !== undefined)?.rotation ?? 0) % 180;
  return turned === 90 ? { width: stream.height, height: width } : { width, height: stream.height };
}

type ProbedStream = {
  width?: number;
  height?: number;
  sample_aspect_ratio?: string;
  side_data_list?: { rotation?: number }[];
};

/** Counts of Debian's ffprobe for the first video and audio track, and everything that it complained of. */
export type Counted = {
  readonly frames: number;
  /** Samples of one channel, without those that the file's headers cut off. */
  readonly samples: number;
  readonly complaints: string;
};

export async function countDecoded(path: string): Promise<Counted> {
  const count = async (stream: string, entries: string) => {
    const args = ['-v', 'error', '-select_streams', stream, '-show_entries', entries, '-of', 'csv=p=0', path];
    return run('/usr/bin/ffprobe', args, guarded).catch((error: { stdout?: string; stderr?: string }) => ({
      stdout: error.stdout ?? '',
      stderr: error.stderr || 'ffprobe failed without a word',
    }));
  };
  const [video, audio] = await Promise.all([
    count('V:0', 'frame=media_type'),
    count('a:0', 'frame=nb_samples'),
  ]);
  const lines = ({ stdout }: { stdout: string }) => stdout.split('\n').filter((line) => /^\w/.test(line));
  return {
    frames: lines(video).length,
    samples: lines(audio).reduce((sum, line) => sum + Number.parseInt(line, 10), 0),
    complaints: [video.stderr, audio.stderr].join('\n').trim(),
  };
}
