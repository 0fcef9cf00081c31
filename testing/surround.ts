import { ffmpegOutput } from './verify.ts';

/** The tone of each loudspeaker: left, right, centre, low, and the two behind or at the side. */
export const TONES = [300, 500, 700, 60, 1_100, 1_300];
const RATE = 48_000;

/** ffmpeg's input of audio with a tone for each loudspeaker. */
export function surroundInput(seconds: number): readonly string[] {
  const tones = TONES.map((hertz) => `0.2*sin(2*PI*${hertz}*t)`).join('|');
  return ['-f', 'lavfi', '-i', `aevalsrc='${tones}':s=${RATE}:d=${seconds}:c=5.1(side)`];
}

/** Decodes the first audio track of a file, as interleaved samples of six channels. */
export async function surroundSamples(path: string, ...stretch: readonly string[]): Promise<Float32Array> {
  const format = ['-map', '0:a:0', '-af', `aformat=channel_layouts=5.1,aresample=${RATE}`];
  const bytes = await ffmpegOutput('-i', path, ...format, ...stretch, '-f', 'f32le', '-');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/** Returns the loudest of the tones in each channel, in the usual order of loudspeakers. */
export async function tonesOf(path: string): Promise<number[]> {
  const samples = await surroundSamples(path, '-ss', '1', '-t', '1');
  return TONES.map((_, channel) => {
    const levels = TONES.map((hertz) => levelOf(samples, channel, hertz));
    return TONES[levels.indexOf(Math.max(...levels))] ?? 0;
  });
}

function levelOf(samples: Float32Array, channel: number, hertz: number): number {
  let [sine, cosine] = [0, 0];
  for (let i = 0; i * TONES.length < samples.length; i++) {
    const angle = (2 * Math.PI * hertz * i) / RATE;
    sine += (samples[i * TONES.length + channel] ?? 0) * Math.sin(angle);
    cosine += (samples[i * TONES.length + channel] ?? 0) * Math.cos(angle);
  }
  return Math.hypot(sine, cosine);
}
