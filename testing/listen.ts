import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type Heard = {
  readonly codec: string;
  readonly channels: number;
  readonly sampleRate: number;
  /** Mean level in dB of full scale, over all channels. */
  readonly level: number;
};

/** Decodes one audio track of a file or an address with Debian's ffmpeg; needs the part `ffmpeg`. */
export async function listen(path: string, track = 0): Promise<Heard> {
  const which = `a:${track}`;
  const entries = 'stream=codec_name,channels,sample_rate';
  const asked = ['-v', 'error', '-select_streams', which, '-show_entries', entries, '-of', 'json', path];
  const { stdout } = await run('/usr/bin/ffprobe', asked);
  const [stream] = (JSON.parse(stdout) as { streams: Record<string, unknown>[] }).streams;
  if (stream === undefined) throw new Error(`${path} has no audio track ${track}.`);
  const heard = ['-nostdin', '-i', path, '-map', `0:${which}`, '-af', 'volumedetect', '-f', 'null', '-'];
  const { stderr } = await run('/usr/bin/ffmpeg', heard);
  return {
    codec: String(stream.codec_name),
    channels: Number(stream.channels),
    sampleRate: Number(stream.sample_rate),
    level: Number(/mean_volume: (\S+) dB/.exec(stderr)?.[1]),
  };
}

/** Names the codecs of a file's streams, in its order. */
export async function codecsOf(path: string): Promise<readonly string[]> {
  const asked = ['-v', 'error', '-show_entries', 'stream=codec_name', '-of', 'csv=p=0', path];
  const { stdout } = await run('/usr/bin/ffprobe', asked);
  return stdout.trim().split(/[\s,]+/);
}
