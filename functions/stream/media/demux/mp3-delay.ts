import type { RandomAccess } from '../../source/bytes.ts';
import { skipId3 } from './mp3.ts';
import { DECODER_DELAY, mp3TagPlace, readMp3Frame } from './mp3-frames.ts';

/** More than the longest frame. */
const LOOK_BYTES = 4096;
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

/** Returns how much of an MP3 file's first audio is not heard, by the tag in its first frame; 0 if that does not tell. */
export async function mp3DelaySeconds(file: RandomAccess): Promise<number> {
  const start = await skipId3(file);
  const head = Buffer.from(await file.read(start, start + LOOK_BYTES));
  const frame = readMp3Frame(head, 0);
  if (frame === null) return 0;
  const tagAt = mp3TagPlace(head);
  if (!['Xing', 'Info'].includes(head.toString('latin1', tagAt, tagAt + 4))) return 0;
  const flags = head.readUInt32BE(tagAt + 4);
  const bytes = FIELDS.reduce((sum, [flag, length]) => sum + (flags & flag ? length : 0), 0);
  const extension = head.subarray(tagAt + 8 + bytes, frame.bytes);
  if (extension.length < DELAY_AT + 3 || !ENCODERS.includes(extension.toString('latin1', 0, 4))) return 0;
  return ((extension.readUIntBE(DELAY_AT, 3) >> 12) + DECODER_DELAY) / frame.sampleRate;
}
