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
  /** Is called as soon as there are more pixels than this; it throws. */
  readonly mostPixels: number;
  readonly onExcess: () => never;
};

const FIRST_PIXELS = 4_096;

/**
 * Computes the peaks of interleaved signed 16-bit samples in little endian, as audiowaveform does (1.9): a mono mix is
 * the sum divided by the number of channels, towards zero; a last pixel of fewer samples counts.
 */
export async function peaksOf(
  chunks: AsyncIterable<Uint8Array>,
  { sampleRate, samplesPerPixel, sourceChannels, split, mostPixels, onExcess }: PeaksInput,
): Promise<Peaks> {
  const channels = split ? sourceChannels : 1;
  const perPixel = 2 * channels;
  let data = new Int16Array(FIRST_PIXELS * perPixel);
  let length = 0;
  let count = 0;
  const least = new Array<number>(channels).fill(Number.POSITIVE_INFINITY);
  const greatest = new Array<number>(channels).fill(Number.NEGATIVE_INFINITY);

  function endPixel(): void {
    if (length === mostPixels) onExcess();
    if ((length + 1) * perPixel > data.length) {
      const grown = new Int16Array(data.length * 2);
      grown.set(data);
      data = grown;
    }
    for (let channel = 0; channel < channels; channel++) {
      data[length * perPixel + 2 * channel] = least[channel] ?? 0;
      data[length * perPixel + 2 * channel + 1] = greatest[channel] ?? 0;
      least[channel] = Number.POSITIVE_INFINITY;
      greatest[channel] = Number.NEGATIVE_INFINITY;
    }
    length++;
    count = 0;
  }

  const frameBytes = 2 * sourceChannels;
  let rest: Uint8Array = new Uint8Array();
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % frameBytes);
    const samples = samplesOf(bytes, whole);
    for (let at = 0; at < samples.length; at += sourceChannels) {
      if (split) {
        for (let channel = 0; channel < channels; channel++) {
          const sample = samples[at + channel] ?? 0;
          if (sample < (least[channel] ?? 0)) least[channel] = sample;
          if (sample > (greatest[channel] ?? 0)) greatest[channel] = sample;
        }
      } else {
        let sum = 0;
        for (let channel = 0; channel < sourceChannels; channel++) sum += samples[at + channel] ?? 0;
        const sample = Math.trunc(sum / sourceChannels);
        if (sample < (least[0] ?? 0)) least[0] = sample;
        if (sample > (greatest[0] ?? 0)) greatest[0] = sample;
      }
      count++;
      if (count === samplesPerPixel) endPixel();
    }
    rest = bytes.subarray(whole);
  }
  if (count > 0) endPixel();
  return { sampleRate, samplesPerPixel, channels, length, data: data.subarray(0, length * perPixel) };
}

/** Views the first bytes as samples; copies only if they do not lie at an even address. */
function samplesOf(bytes: Uint8Array, length: number): Int16Array {
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : Uint8Array.from(bytes.subarray(0, length));
  return new Int16Array(aligned.buffer, aligned.byteOffset, length / 2);
}
