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
/** Programs whose extension of the tag tells the encoder's delay and padding, 12 bits each, and their offset there. */
const ENCODERS = ['LAME', 'Lavf', 'Lavc'];
const DELAY_AT = 21;

/** What is heard of an MP3 file, in seconds. */
export type Mp3Trim = {
  /** Audio in front that is not heard. */
  readonly delaySeconds: number;
  /** The length of what is heard; null if the tag does not count the frames. */
  readonly heardSeconds: number | null;
};

/** Reads what an encoder added at both ends (LAME's extension of the tag in the first frame); null if it does not tell. */
export async function mp3Trim(file: RandomAccess): Promise<Mp3Trim | null> {
  const start = await skipId3(file);
  const head = Buffer.from(await file.read(start, start + LOOK_BYTES));
  const frame = readMp3Frame(head, 0);
  if (frame === null) return null;
  const tagAt = mp3TagPlace(head);
  if (tagAt + 8 > head.length) return null;
  if (!['Xing', 'Info'].includes(head.toString('latin1', tagAt, tagAt + 4))) return null;
  const flags = head.readUInt32BE(tagAt + 4);
  const bytes = FIELDS.reduce((sum, [flag, length]) => sum + (flags & flag ? length : 0), 0);
  const extension = head.subarray(tagAt + 8 + bytes, frame.bytes);
  if (extension.length < DELAY_AT + 3 || !ENCODERS.includes(extension.toString('latin1', 0, 4))) return null;
  const ends = extension.readUIntBE(DELAY_AT, 3);
  const [delay, padding] = [ends >> 12, ends & 0xfff];
  const frames = (flags & 1) === 0 ? 0 : head.readUInt32BE(tagAt + 8);
  // A decoder's own delay is cut in front, and spared at the end.
  const heard = frames * frame.samples - delay - padding;
  return {
    delaySeconds: (delay + DECODER_DELAY) / frame.sampleRate,
    heardSeconds: heard > 0 ? heard / frame.sampleRate : null,
  };
}
