import { damaged } from '../../base/problem.ts';
import { beginsWith } from './front.ts';
import type { PacketsIndex } from './packets-index.ts';

const MARK = Buffer.from('fLaC', 'latin1');
const STREAMINFO_BYTES = 34;

/**
 * Writes the head of a FLAC file (RFC 9639 §8): its `STREAMINFO` with what the encoder could not know at its
 * start.
 */
export function flacHead({ sampleEntry, samples, shortest, longest }: PacketsIndex): Buffer {
  const entry = Buffer.from(sampleEntry, 'hex');
  const at = entry.indexOf('dfLa', 0, 'latin1');
  // After the box's version and the header of the block.
  const start = at + 4 + 4 + 4;
  if (at < 0 || start + STREAMINFO_BYTES > entry.length) throw damaged('The encoder wrote no stream header.');
  const info = Buffer.from(entry.subarray(start, start + STREAMINFO_BYTES));
  info.writeUIntBE(Math.min(shortest, 0xff_ffff), 4, 3);
  info.writeUIntBE(Math.min(longest, 0xff_ffff), 7, 3);
  writeSamples(info, samples);
  // The last metadata block.
  const header = Buffer.from([0x80, 0, 0, STREAMINFO_BYTES]);
  return Buffer.concat([MARK, header, info]);
}

/**
 * Writes the sample count into the front of a FLAC file that is sent while it is encoded. Null until the
 * front is complete.
 */
export function flacWithLength(bytes: Buffer, samples: number): Buffer | null {
  if (!beginsWith(bytes, MARK)) return bytes;
  if (bytes.length < 8 + STREAMINFO_BYTES) return null;
  const told = Buffer.from(bytes);
  // `STREAMINFO` is the first block of each file (RFC 9639 §8.1).
  writeSamples(told.subarray(8), samples);
  return told;
}

/** Writes 36 bits, the first four of which share a byte. */
function writeSamples(info: Buffer, samples: number): void {
  const high = Math.floor(samples / 2 ** 32) & 0xf;
  info[13] = ((info[13] ?? 0) & 0xf0) | high;
  info.writeUInt32BE(samples % 2 ** 32, 14);
}
