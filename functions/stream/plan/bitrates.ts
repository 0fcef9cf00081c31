import type { Bitrates, Segment } from './presentation.ts';

/**
 * x264's buffer (`-bufsize`), full in the beginning, as seconds of its ceiling (`-maxrate`). Each segment has a process
 * and so a buffer of its own: one of d seconds has at most d + BUFFER_SECONDS times the ceiling in bits.
 */
export const BUFFER_SECONDS = 0.4;

/** What a segment is sent in: so much of it at first, and then at a time. */
export const FIRST_FRAGMENT_SECONDS = 0.25;
export const FRAGMENT_SECONDS = 0.5;

/** A `moof` with one track and the header of its `mdat`; with room for a few samples that come along; a sample. */
const FRAGMENT_BYTES = 96;
const LARGE_FRAGMENT_BYTES = 192;
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

/** What the container adds to samples that are copied, in bits. */
export function containerBits(fragments: number, samples: number): number {
  return 8 * (LARGE_FRAGMENT_BYTES * fragments + SAMPLE_BYTES * samples);
}

/** And to those that are encoded, which leave as they are made. */
export function fragmentedBits(seconds: number, samples: number): number {
  const fragments = 1 + Math.ceil(Math.max(0, seconds - FIRST_FRAGMENT_SECONDS) / FRAGMENT_SECONDS);
  return 8 * (FRAGMENT_BYTES * fragments + SAMPLE_BYTES * samples);
}

/** A segment of a few frames has no room for what x264 tells of itself: it needs more than it is to. */
const LEAST_SHARE = 0.5;

/**
 * The ceiling with which x264 makes a segment of so many frames that has at most `bitrate` over its duration, container
 * and all: shorter segments have a lower one, or else the first of them would tell what all are said to need.
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

/** And of its first picture alone. */
export function firstFrameBits(bitrate: number, seconds: number, frames: number): number {
  return segmentCeiling(bitrate, seconds, frames) * BUFFER_SECONDS + besideFrames(0, 1);
}

function besideFrames(seconds: number, frames: number): number {
  return fragmentedBits(seconds, frames) + 8 * ENCODER_BYTES;
}

/** What sound that is encoded may have more than its bitrate: the encoder strays by less within a few seconds. */
const AUDIO_RESERVE = 0.1;

/** The most bits of a segment of sound, without its container. */
export function audioBits(bitrate: number, seconds: number): number {
  return bitrate * (1 + AUDIO_RESERVE) * seconds;
}
