import type { RandomAccess } from '../../source/bytes.ts';
import { SAMPLE_RATES } from '../codecs/mpeg-audio.ts';

/** One frame of MPEG audio, layer III, by its header (ISO/IEC 11172-3 §2.4.2.3, 13818-3 §2.4.2.3). */
export type Mp3Frame = {
  readonly bytes: number;
  readonly samples: number;
  readonly sampleRate: number;
  readonly bitrate: number;
};

/** Bitrates of MPEG-1, by the index in a header less one; index 0 declares no length. */
export const KILOBITS = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const KILOBITS_OF_LOW_RATES = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

/** Reads the frame at `at`; null if none begins there, or if its header does not tell its length. */
export function readMp3Frame(bytes: Uint8Array, at: number): Mp3Frame | null {
  const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
  if (first !== 0xff || (second & 0xe6) !== 0xe2) return null;
  const version = (second >> 3) & 3;
  const rate = SAMPLE_RATES[(third >> 2) & 3];
  const isLow = version !== 3;
  const kilobits = (isLow ? KILOBITS_OF_LOW_RATES : KILOBITS)[(third >> 4) - 1];
  if (version === 1 || rate === undefined || kilobits === undefined) return null;
  const sampleRate = version === 3 ? rate : version === 2 ? rate / 2 : rate / 4;
  const samples = isLow ? 576 : 1152;
  const padding = (third >> 1) & 1;
  const length = Math.floor((samples * kilobits * 125) / sampleRate) + padding;
  return { bytes: length, samples, sampleRate, bitrate: kilobits * 1000 };
}

/** Samples that decoders add to the encoder's own delay. */
export const DECODER_DELAY = 529;
const MONO = 3;

/**
 * Returns where a tag (Xing, Info) stands in the frame that begins with these bytes: behind its header and side
 * information (ISO/IEC 11172-3 §2.4.1.7, 13818-3 §2.4.1.7).
 */
export function mp3TagPlace([, second = 0, , mode = 0]: Uint8Array): number {
  const isMono = mode >> 6 === MONO;
  const isLow = ((second >> 3) & 3) !== 3;
  return 4 + (isLow ? (isMono ? 9 : 17) : isMono ? 17 : 32);
}

/** Finds the first place from `from` on where one frame follows another; null if there is none. */
export function findMp3Frame(bytes: Uint8Array, from: number): number | null {
  // The bytes between are mostly zeros, or an image.
  for (
    let at = bytes.indexOf(0xff, from);
    at >= 0 && at + 4 <= bytes.length;
    at = bytes.indexOf(0xff, at + 1)
  ) {
    const frame = readMp3Frame(bytes, at);
    if (frame === null) continue;
    const next = readMp3Frame(bytes, at + frame.bytes);
    if (next !== null && next.sampleRate === frame.sampleRate) return at;
  }
  return null;
}

const CHUNK_BYTES = 2 ** 20;

/**
 * Sums the audio from a place to the end, frame by frame, in seconds. Skips other bytes: tags between joined
 * recordings, and anything after the last one.
 */
export async function walkMp3(file: RandomAccess, start: number): Promise<number> {
  let seconds = 0;
  let at = start;
  while (at < file.sizeBytes) {
    const bytes = await file.read(at, at + CHUNK_BYTES);
    const isLast = at + bytes.length >= file.sizeBytes;
    let place = 0;
    while (place + 4 <= bytes.length) {
      const frame = readMp3Frame(bytes, place);
      if (frame !== null && place + frame.bytes <= bytes.length) {
        seconds += frame.samples / frame.sampleRate;
        place += frame.bytes;
        continue;
      }
      // A frame that the chunk's end cuts is read again with the next one.
      if (frame !== null && !isLast) break;
      const next = findMp3Frame(bytes, place + 1);
      if (next === null) {
        place = Math.max(place + 1, bytes.length - (isLast ? 0 : OVERLAP_BYTES));
        break;
      }
      place = next;
    }
    if (place === 0 || (isLast && place + 4 <= bytes.length)) break;
    at += place;
    if (isLast) break;
  }
  return seconds;
}

/** More than two frames. */
const OVERLAP_BYTES = 4096;
