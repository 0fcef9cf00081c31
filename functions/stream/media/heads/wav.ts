import { beginsWith } from './front.ts';

const MARK = Buffer.from('RIFF', 'latin1');
export const WAV_HEAD_BYTES = 44;

/** Writes the head of a WAV file of 16-bit PCM (RIFF, `WAVE_FORMAT_PCM`) with its true sizes. */
export function wavHead(dataBytes: number, sampleRate: number, channels: number): Buffer {
  const head = Buffer.alloc(WAV_HEAD_BYTES);
  MARK.copy(head);
  head.writeUInt32LE(36 + dataBytes, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(sampleRate, 24);
  head.writeUInt32LE(sampleRate * channels * 2, 28);
  head.writeUInt16LE(channels * 2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(dataBytes, 40);
  return head;
}

/**
 * Writes the samples per channel into the front of a WAV file that is sent while it is encoded. Null until
 * the front is complete; unchanged if the count is too large for it.
 */
export function wavWithLength(bytes: Buffer, samples: number): Buffer | null {
  if (!beginsWith(bytes, MARK)) return bytes;
  const data = bytes.indexOf('data', 0, 'latin1');
  if (data < 0 || bytes.length < data + 8) return null;
  const channels = bytes.readUInt16LE(22);
  if (!canTellWav(samples, channels)) return bytes;
  const head = wavHead(samples * channels * 2, bytes.readUInt32LE(24), channels);
  return Buffer.concat([head, bytes.subarray(data + 8)]);
}

/** Tells whether RIFF can count the samples: in 32 bits, of which all ones stand for an unknown length. */
export function canTellWav(samples: number, channels: number): boolean {
  return samples * channels * 2 + WAV_HEAD_BYTES < 0xffff_ffff;
}
