import type { RandomAccess } from '../../source/bytes.ts';
import { readAc3 } from '../codecs/dolby.ts';

/** Most bytes that are walked frame by frame. */
const WALK_BYTES = 4 * 2 ** 20;
const CHUNK_BYTES = 2 ** 20;
/** Header of a frame; the shortest one has 128 bytes. */
const HEADER_BYTES = 16;

/**
 * Sums the frames of raw AC-3, in seconds: a demuxer takes the first frame's bitrate for that of all. Null for other
 * files, for long ones, and for damaged ones.
 */
export async function ac3Seconds(file: RandomAccess): Promise<number | null> {
  const { sizeBytes } = file;
  if (sizeBytes > WALK_BYTES) return null;
  let seconds = 0;
  for (let at = 0; at + HEADER_BYTES <= sizeBytes; ) {
    const bytes = await file.read(at, Math.min(sizeBytes, at + CHUNK_BYTES));
    let place = 0;
    while (place + HEADER_BYTES <= bytes.length) {
      const frame = readAc3(bytes.subarray(place, place + HEADER_BYTES));
      if (frame === null) return null;
      // A frame that the file's end cuts is not decoded.
      if (at + place + frame.frameBytes <= sizeBytes) seconds += frame.samples / frame.sampleRate;
      place += frame.frameBytes;
    }
    at += place;
  }
  return seconds > 0 ? seconds : null;
}
