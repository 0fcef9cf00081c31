import { type Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { asError } from '../../base/as-error.ts';

/** The least and the greatest sample of each pixel of a waveform, in 16 bits. */
export type Peaks = {
  readonly sampleRate: number;
  readonly samplesPerPixel: number;
  readonly channels: number;
  /** Pixels of each channel. */
  readonly length: number;
  /** Pixel by pixel, and within each channel by channel: the least, then the greatest. */
  readonly data: Int16Array;
};

export type PeaksInput = Pick<Peaks, 'sampleRate' | 'samplesPerPixel'> & {
  /** Channels of the samples. */
  readonly sourceChannels: number;
  /** Whether each channel has peaks of its own, or all are mixed into one. */
  readonly split: boolean;
  readonly mostPixels: number;
  /** Returns what is thrown as soon as there are more pixels than that. */
  tooMany(): Error;
  /** Is called again and again with the bytes that were looked through. */
  onBytes?(total: number): void;
};

const FIRST_PIXELS = 4_096;
const LEAST_SAMPLE = -32_768;
const GREATEST_SAMPLE = 32_767;

/**
 * Computes the peaks of interleaved signed 16-bit samples in little endian, as audiowaveform does (1.9): a mono mix is
 * the sum divided by the number of channels, towards zero; a last pixel of fewer samples counts.
 */
export async function peaksOf(samples: Readable, input: PeaksInput): Promise<Peaks> {
  const { look, end } = startPeaks(input);
  let total = 0;
  // An hour comes in 10,000 chunks, for each of which an asynchronous iterator takes several turns.
  const sink = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      try {
        look(chunk);
        total += chunk.byteLength;
        input.onBytes?.(total);
        done();
      } catch (error) {
        done(asError(error));
      }
    },
  });
  await pipeline(samples, sink);
  return end();
}

/** Returns functions for chunks of any length, and for what they amount to. */
function startPeaks({
  sampleRate,
  samplesPerPixel,
  sourceChannels,
  split,
  mostPixels,
  tooMany,
}: PeaksInput): { look(chunk: Uint8Array): void; end(): Peaks } {
  const channels = split ? sourceChannels : 1;
  const perPixel = 2 * channels;
  // Of a mix, the sums of all channels: which of them is the least does not change when each is divided.
  const widen = sourceChannels === 1 ? widenOne : split ? widenEach : widenBySums;
  const empty = emptyPixel(channels, split ? 1 : sourceChannels);
  const pixel = empty.slice();
  let data = new Int16Array(FIRST_PIXELS * perPixel);
  let length = 0;
  let count = 0;

  function endPixel(): void {
    if (length === mostPixels) throw tooMany();
    if ((length + 1) * perPixel > data.length) {
      const grown = new Int16Array(data.length * 2);
      grown.set(data);
      data = grown;
    }
    for (let i = 0; i < perPixel; i++) {
      const sum = pixel[i] ?? 0;
      data[length * perPixel + i] = split ? sum : Math.trunc(sum / sourceChannels);
    }
    pixel.set(empty);
    length++;
    count = 0;
  }

  const frameBytes = 2 * sourceChannels;
  let rest: Uint8Array = new Uint8Array();
  function look(chunk: Uint8Array): void {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % frameBytes);
    const samples = samplesOf(bytes, whole);
    const pairs = new Int32Array(samples.buffer, samples.byteOffset, samples.length >> 1);
    for (let at = 0; at < samples.length; ) {
      const end = Math.min(samples.length, at + (samplesPerPixel - count) * sourceChannels);
      widen(pixel, samples, { from: at, end, channels: sourceChannels, pairs });
      count += (end - at) / sourceChannels;
      if (count === samplesPerPixel) endPixel();
      at = end;
    }
    rest = bytes.subarray(whole);
  }

  function end(): Peaks {
    if (count > 0) endPixel();
    return { sampleRate, samplesPerPixel, channels, length, data: data.subarray(0, length * perPixel) };
  }

  return { look, end };
}

/** Returns what every sample, or sum of `summed` samples, widens: the greatest as the least, and the reverse. */
function emptyPixel(channels: number, summed: number): Int32Array {
  return Int32Array.from({ length: 2 * channels }, (_, i) =>
    i % 2 === 0 ? GREATEST_SAMPLE * summed : LEAST_SAMPLE * summed,
  );
}

/** Interleaved samples, of which those in `[from, end)` are looked at. */
type Stretch = {
  readonly from: number;
  readonly end: number;
  readonly channels: number;
  /** The same samples, two in each: the first is in its lower half. */
  readonly pairs: Int32Array;
};

/** Widens the range of the only channel, two samples at a time. */
function widenOne(pixel: Int32Array, samples: Int16Array, { from, end, pairs }: Stretch): void {
  let least = pixel[0] ?? 0;
  let greatest = pixel[1] ?? 0;
  const lastPair = end >> 1;
  for (let at = (from + 1) >> 1; at < lastPair; at++) {
    const pair = pairs[at] ?? 0;
    const [first, second] = [(pair << 16) >> 16, pair >> 16];
    least = Math.min(least, first, second);
    greatest = Math.max(greatest, first, second);
  }
  // Those whose other half lies outside.
  const ends = [...(from % 2 === 1 ? [from] : []), ...(end % 2 === 1 ? [end - 1] : [])];
  for (const at of ends) {
    const sample = samples[at] ?? 0;
    least = Math.min(least, sample);
    greatest = Math.max(greatest, sample);
  }
  pixel[0] = least;
  pixel[1] = greatest;
}

/** Widens the range of each channel, as pairs of its least and its greatest sample. */
function widenEach(pixel: Int32Array, samples: Int16Array, { from, end, channels }: Stretch): void {
  for (let channel = 0; channel < channels; channel++) {
    let least = pixel[2 * channel] ?? 0;
    let greatest = pixel[2 * channel + 1] ?? 0;
    for (let at = from + channel; at < end; at += channels) {
      const sample = samples[at] ?? 0;
      if (sample < least) least = sample;
      if (sample > greatest) greatest = sample;
    }
    pixel[2 * channel] = least;
    pixel[2 * channel + 1] = greatest;
  }
}

/** Widens the one range of the sums of all channels; two, the usual number, take half the time of a loop. */
function widenBySums(pixel: Int32Array, samples: Int16Array, { from, end, channels }: Stretch): void {
  let least = pixel[0] ?? 0;
  let greatest = pixel[1] ?? 0;
  for (let at = from; at < end; at += channels) {
    let sum = samples[at] ?? 0;
    if (channels === 2) sum += samples[at + 1] ?? 0;
    else for (let channel = 1; channel < channels; channel++) sum += samples[at + channel] ?? 0;
    if (sum < least) least = sum;
    if (sum > greatest) greatest = sum;
  }
  pixel[0] = least;
  pixel[1] = greatest;
}

/** Views the first bytes as samples; copies only if pairs of them would not lie at a multiple of their size. */
function samplesOf(bytes: Uint8Array, length: number): Int16Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes.subarray(0, length));
  return new Int16Array(aligned.buffer, aligned.byteOffset, length / 2);
}
