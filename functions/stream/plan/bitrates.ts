import type { Bitrates, Segment } from './presentation.ts';

/**
 * x264's buffer (`-bufsize`), full at the beginning, in seconds of its ceiling (`-maxrate`). Each segment has its own
 * process and so its own buffer: a segment of d seconds has at most d + BUFFER_SECONDS times the ceiling in bits.
 */
export const BUFFER_SECONDS = 0.4;

/** The fragments of a segment, in seconds: the first one, and the following ones. */
export const FIRST_FRAGMENT_SECONDS = 0.25;
export const FRAGMENT_SECONDS = 0.5;

/** Bytes of a `moof` with one track and the header of its `mdat`; the same with space for a few more samples; a sample. */
const FRAGMENT_BYTES = 96;
const LARGE_FRAGMENT_BYTES = 192;
const SAMPLE_BYTES = 16;
/** The parameters that x264 writes in front of a segment, beyond its ceiling. */
const ENCODER_BYTES = 800;

/** The bitrates of segments whose sizes are known. */
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

/** The bits that the container adds to copied samples. */
export function containerBits(fragments: number, samples: number): number {
  return 8 * (LARGE_FRAGMENT_BYTES * fragments + SAMPLE_BYTES * samples);
}

/** The bits that it adds to encoded ones, which are sent as they are encoded. */
export function fragmentedBits(seconds: number, samples: number): number {
  const fragments = 1 + Math.ceil(Math.max(0, seconds - FIRST_FRAGMENT_SECONDS) / FRAGMENT_SECONDS);
  return 8 * (FRAGMENT_BYTES * fragments + SAMPLE_BYTES * samples);
}

/** A segment of a few frames needs more than its share, for the parameters that x264 writes. */
const LEAST_SHARE = 0.5;

/**
 * The ceiling with which x264 encodes a segment of so many frames to at most `bitrate` over its duration, container
 * included. Shorter segments have a lower one; otherwise the shortest would determine what all are declared to need.
 */
export function segmentCeiling(bitrate: number, seconds: number, frames: number): number {
  const within = (bitrate * seconds - besideFrames(seconds, frames)) / (seconds + BUFFER_SECONDS);
  return Math.floor(Math.max(within, LEAST_SHARE * bitrate));
}

/** The most bits of such a segment. */
export function segmentBits(bitrate: number, seconds: number, frames: number): number {
  const ceiling = segmentCeiling(bitrate, seconds, frames);
  return ceiling * (seconds + BUFFER_SECONDS) + besideFrames(seconds, frames);
}

/** The most bits of its first frame alone. */
export function firstFrameBits(bitrate: number, seconds: number, frames: number): number {
  return segmentCeiling(bitrate, seconds, frames) * BUFFER_SECONDS + besideFrames(0, 1);
}

function besideFrames(seconds: number, frames: number): number {
  return fragmentedBits(seconds, frames) + 8 * ENCODER_BYTES;
}

/** The share by which encoded audio may exceed its bitrate: the encoder strays by less within a few seconds. */
const AUDIO_RESERVE = 0.1;

/** The most bits of an audio segment, without its container. */
export function audioBits(bitrate: number, seconds: number): number {
  return bitrate * (1 + AUDIO_RESERVE) * seconds;
}
