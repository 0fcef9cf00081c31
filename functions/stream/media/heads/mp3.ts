import { damaged } from '../../base/problem.ts';
import { SAMPLE_RATES } from '../codecs/mpeg-audio.ts';
import { DECODER_DELAY, KILOBITS, mp3TagPlace, readMp3Frame } from '../demux/mp3-frames.ts';
import type { PacketsIndex } from './packets-index.ts';

const FRAME_SAMPLES = 1152;
const TAG_BYTES = 156;

/**
 * Writes the silent first frame of an MP3 file: `Info` declares the number of frames, where to seek, and with
 * LAME's extension the samples at both ends that are not part of the audio.
 */
export function mp3Head({ firstBytes, packets, bytes, samples, priming, places }: PacketsIndex): Buffer {
  const { frame, tagAt } = silentFrame(Buffer.from(firstBytes, 'hex'));
  // Frames, bytes, places and quality follow.
  frame.writeUInt32BE(0xf, tagAt + 4);
  frame.writeUInt32BE(packets, tagAt + 8);
  const whole = frame.length + bytes;
  frame.writeUInt32BE(Math.min(whole, 0xffff_ffff), tagAt + 12);
  for (const [i, place] of places.entries()) {
    frame[tagAt + 16 + i] = Math.min(255, Math.floor((256 * (frame.length + place)) / whole));
  }
  frame.write('LAME3.100', tagAt + 120, 'latin1');
  const delay = Math.max(0, priming - DECODER_DELAY);
  const padding = Math.max(0, packets * FRAME_SAMPLES - samples + DECODER_DELAY);
  frame.writeUIntBE((Math.min(delay, 0xfff) << 12) | Math.min(padding, 0xfff), tagAt + 141, 3);
  frame.writeUInt32BE(Math.min(whole, 0xffff_ffff), tagAt + 148);
  frame.writeUInt16BE(crc16(frame.subarray(0, tagAt + 154)), tagAt + 154);
  return frame;
}

/**
 * Writes the audible sample count into the front of an MP3 file that is sent while it is encoded. Null until
 * the front is complete. If the count is not exact, no padding is declared, by which a decoder would cut the end.
 */
export function mp3WithLength(
  bytes: Buffer,
  heard: { readonly samples: number; readonly isExact: boolean },
): Buffer | null {
  if (bytes.length < 4) return null;
  const first = readMp3Frame(bytes, 0);
  if (first === null) return bytes;
  const samples = heard.samples + PRIMING_SAMPLES;
  const packets = Math.ceil(samples / FRAME_SAMPLES);
  if (!heard.isExact) {
    const { frame, tagAt } = silentFrame(bytes);
    // Only the frames and the extension follow.
    frame.writeUInt32BE(1, tagAt + 4);
    frame.writeUInt32BE(packets, tagAt + 8);
    frame.write('LAME3.100', tagAt + 12, 'latin1');
    frame.writeUIntBE((PRIMING_SAMPLES - DECODER_DELAY) << 12, tagAt + 33, 3);
    return Buffer.concat([frame, bytes]);
  }
  // Frames have a constant bitrate; the encoder saves up their fractions of a byte.
  const placeOf = (frames: number) =>
    Math.floor((frames * FRAME_SAMPLES * first.bitrate) / 8 / first.sampleRate);
  const head = mp3Head({
    bytes: placeOf(packets),
    packets,
    priming: PRIMING_SAMPLES,
    samples,
    shortest: 0,
    longest: 0,
    firstBytes: bytes.toString('hex', 0, 4),
    sampleEntry: '',
    places: Array.from({ length: 100 }, (_, i) => placeOf(Math.floor((i * packets) / 100))),
  });
  return Buffer.concat([head, bytes]);
}

/** The encoder's samples before the audio, including the decoder's delay. */
const PRIMING_SAMPLES = 1105;

/** Writes a frame of the lowest bitrate that fits a tag, coded like the frame that begins with `first`. */
function silentFrame(first: Buffer): { readonly frame: Buffer; readonly tagAt: number } {
  const [, version = 0, rates = 0, mode = 0] = first;
  const sampleRate = SAMPLE_RATES[(rates >> 2) & 3];
  // MPEG-1 only: no planned output has a lower rate.
  if (first.length < 4 || (version & 0xfe) !== 0xfa || sampleRate === undefined)
    throw damaged('The encoder wrote frames of another kind.');
  const tagAt = mp3TagPlace(first);
  const lengthAt = (kilobits: number) => Math.floor((144_000 * kilobits) / sampleRate);
  const least = KILOBITS.findIndex((kilobits) => lengthAt(kilobits) >= tagAt + TAG_BYTES);
  const frame = Buffer.alloc(lengthAt(KILOBITS[least] ?? 0));
  frame.set([0xff, 0xfb, ((least + 1) << 4) | (rates & 0x0c), mode]);
  frame.write('Info', tagAt, 'latin1');
  return { frame, tagAt };
}

/** Computes IBM's CRC-16, from the lowest bit. */
function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}
