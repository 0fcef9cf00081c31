import type { Rendition, Segment } from './presentation.ts';

/**
 * x264's buffer (`-bufsize`), as seconds of its ceiling (`-maxrate`). Each segment has a process and so a buffer of its
 * own: one of d seconds has at most d + BUFFER_SECONDS times the ceiling in bits.
 */
export const BUFFER_SECONDS = 0.5;

/** The most fragments that are made of a second of what is encoded. */
export const MAX_FRAGMENTS_PER_SECOND = 8;

/** A `moof` with one track, the header of its `mdat`, and what each sample adds. */
const FRAGMENT_BYTES = 128;
const SAMPLE_BYTES = 16;

export type Bitrates = Pick<Rendition, 'peakBitrate' | 'averageBitrate'>;

/** Of segments whose bits are known, or at most known. */
export function bitratesOf(
  segments: readonly Segment[],
  timescale: number,
  bitsOf: (seconds: number, index: number) => number,
): Bitrates {
  let peak = 0;
  let bits = 0;
  let seconds = 0;
  for (const [i, { durationTicks }] of segments.entries()) {
    const length = durationTicks / timescale;
    const some = bitsOf(length, i);
    peak = Math.max(peak, some / length);
    bits += some;
    seconds += length;
  }
  return { peakBitrate: Math.ceil(peak), averageBitrate: Math.ceil(bits / seconds) };
}

/** What the container adds to samples, in bits. */
export function containerBits(fragments: number, samples: number): number {
  return 8 * (FRAGMENT_BYTES * fragments + SAMPLE_BYTES * samples);
}

/** What an encoded segment has at most, in bits: `bitrate` with `bufferSeconds` of it in reserve, and the container. */
export function encodedBits(
  seconds: number,
  {
    bitrate,
    bufferSeconds,
    samplesPerSecond,
  }: { readonly bitrate: number; readonly bufferSeconds: number; readonly samplesPerSecond: number },
): number {
  const container = containerBits(1 + MAX_FRAGMENTS_PER_SECOND * seconds, samplesPerSecond * seconds + 1);
  return bitrate * (seconds + bufferSeconds) + container;
}
