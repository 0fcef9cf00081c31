import type { RandomAccess } from '../../source/bytes.ts';
import { skipId3 } from './mp3.ts';
import { readMp3Frame } from './mp3-frames.ts';

/** More than the longest frame. */
const LOOK_BYTES = 4096;
const MONO = 3;
/** The side information of a frame, which a tag follows (ISO/IEC 11172-3 §2.4.1.7, 13818-3 §2.4.1.7). */
const SIDE_BYTES = { mpeg1: { mono: 17, stereo: 32 }, mpeg2: { mono: 9, stereo: 17 } };
/** Optional fields of the tag, by their flags: frames, bytes, places, quality. */
const FIELDS = [
  [1, 4],
  [2, 4],
  [4, 100],
  [8, 4],
] as const;
/** Programs whose extension of the tag tells the encoder's delay, and its offset there. */
const ENCODERS = ['LAME', 'Lavf', 'Lavc'];
const DELAY_AT = 21;
/** What a decoder adds to it. */
const DECODER_SAMPLES = 529;

/** Returns how much of an MP3 file's first audio is not heard, by the tag in its first frame; 0 if that does not tell. */
export async function mp3DelaySeconds(file: RandomAccess): Promise<number> {
  const start = await skipId3(file);
  const head = Buffer.from(await file.read(start, start + LOOK_BYTES));
  const frame = readMp3Frame(head, 0);
  if (frame === null) return 0;
  const side = SIDE_BYTES[frame.samples === 1152 ? 'mpeg1' : 'mpeg2'];
  const tagAt = 4 + ((head[3] ?? 0) >> 6 === MONO ? side.mono : side.stereo);
  if (!['Xing', 'Info'].includes(head.toString('latin1', tagAt, tagAt + 4))) return 0;
  const flags = head.readUInt32BE(tagAt + 4);
  const bytes = FIELDS.reduce((sum, [flag, length]) => sum + (flags & flag ? length : 0), 0);
  const extension = head.subarray(tagAt + 8 + bytes, frame.bytes);
  if (extension.length < DELAY_AT + 3 || !ENCODERS.includes(extension.toString('latin1', 0, 4))) return 0;
  return ((extension.readUIntBE(DELAY_AT, 3) >> 12) + DECODER_SAMPLES) / frame.sampleRate;
}
