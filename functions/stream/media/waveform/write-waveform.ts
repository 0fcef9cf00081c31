import type { Peaks } from './peaks.ts';

/** audiowaveform's version of the format that has several channels. */
const VERSION = 2;
const HEAD_BYTES = 24;

/** Returns the values as they are stored: of 8 bits, divided towards zero, or of 16. */
function stored({ data }: Peaks, bits: 8 | 16): Int8Array | Int16Array {
  // `Int8Array.from` with a function takes ten times as long.
  return bits === 16 ? data : new Int8Array(data.map((value) => Math.trunc(value / 256)));
}

/** Writes audiowaveform's JSON form, which peaks.js and waveform-data read. */
export function waveformJson(peaks: Peaks, bits: 8 | 16): string {
  const { channels, sampleRate, samplesPerPixel, length } = peaks;
  const head = { version: VERSION, channels, sample_rate: sampleRate, samples_per_pixel: samplesPerPixel };
  return `${JSON.stringify({ ...head, bits, length }).slice(0, -1)},"data":[${stored(peaks, bits).join(',')}]}`;
}

/** Writes audiowaveform's binary form: a head of 24 bytes, then the values in little endian. */
export function waveformDat(peaks: Peaks, bits: 8 | 16): Buffer {
  const values = stored(peaks, bits);
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeInt32LE(VERSION, 0);
  head.writeUInt32LE(bits === 8 ? 1 : 0, 4);
  head.writeInt32LE(peaks.sampleRate, 8);
  head.writeInt32LE(peaks.samplesPerPixel, 12);
  head.writeUInt32LE(peaks.length, 16);
  head.writeInt32LE(peaks.channels, 20);
  return Buffer.concat([head, Buffer.from(values.buffer, values.byteOffset, values.byteLength)]);
}

/**
 * Writes what wavesurfer.js takes: for each channel the least and the greatest value of each pixel in turn, from -1 to 1,
 * and the duration in seconds.
 */
export function waveformPeaks({ data, channels, length, sampleRate, samplesPerPixel }: Peaks): string {
  const ofChannel = (channel: number) =>
    Array.from({ length: 2 * length }, (_, i) => {
      const value = data[Math.floor(i / 2) * 2 * channels + 2 * channel + (i % 2)] ?? 0;
      return Math.round((value / 32_768) * 1e4) / 1e4;
    });
  const duration = (length * samplesPerPixel) / sampleRate;
  return JSON.stringify({ duration, peaks: Array.from({ length: channels }, (_, i) => ofChannel(i)) });
}
