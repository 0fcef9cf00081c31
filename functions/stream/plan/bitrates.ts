import type { Bitrates, Segment } from './presentation.ts';

/**
 * x264's buffer (`-bufsize`), as seconds of its ceiling (`-maxrate`). Each segment has a process and so a buffer of its
 * own: one of d seconds has at most d + BUFFER_SECONDS times the ceiling in bits.
 */
export const BUFFER_SECONDS = 0.5;

/** The most fragments that are made of a second of what is encoded. */
export const MAX_FRAGMENTS_PER_SECOND = 8;

/** A `moof` with one track and the header of its `mdat`, with room for a few samples that come along; a sample. */
const FRAGMENT_BYTES = 192;
const SAMPLE_BYTES = 16;
/** What x264 tells of itself in front of a segment, beyond its ceiling. */
const ENCODER_BYTES = 800;

/** Of segments whose bits are known. */
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

/**
 * Of segments that are encoded, what they have at most: `bitrate`, of which each has `reserveSeconds` more than it
 * lasts, and the container.
 */
export function encodedBitrates(
  segments: readonly Segment[],
  timescale: number,
  {
    bitrate,
    reserveSeconds,
    samplesPerSecond,
  }: { readonly bitrate: number; readonly reserveSeconds: number; readonly samplesPerSecond: number },
): Bitrates {
  let shortest = Number.POSITIVE_INFINITY;
  let ticks = 0;
  for (const { durationTicks } of segments) {
    if (durationTicks < shortest) shortest = durationTicks;
    ticks += durationTicks;
  }
  const perSecond = bitrate + containerBits(MAX_FRAGMENTS_PER_SECOND, samplesPerSecond);
  const perSegment = bitrate * reserveSeconds + containerBits(1, 1);
  return {
    peakBitrate: Math.ceil(perSecond + perSegment / (shortest / timescale)),
    averageBitrate: Math.ceil(perSecond + (perSegment * segments.length) / (ticks / timescale)),
  };
}

/** Of a segment that is encoded under such a ceiling, what its first picture alone has at most, in bits. */
export function firstPictureBits(maxBitrate: number): number {
  return maxBitrate * BUFFER_SECONDS + 8 * ENCODER_BYTES + containerBits(1, 1);
}
