import { type Box, childBoxes, findBox } from '../boxes/boxes.ts';
import { fullBox, uint64 } from '../boxes/write-box.ts';
import { beginsWith } from './front.ts';

const FILE_TYPE = Buffer.from('ftyp', 'latin1');

/** Expected seconds of each kind of track, on the presentation. */
export type TrackSeconds = { readonly video: number | null; readonly audio: number | null };

/**
 * Writes the duration of the tracks into the front of a fragmented MP4: Chromium reads it from `mdhd`,
 * Firefox from `mehd` (ISO/IEC 14496-12 §8.4.2, §8.8.2). Null until all of `moov` is there.
 */
export function mp4WithLength(bytes: Buffer, seconds: TrackSeconds): Buffer | null {
  if (!beginsWith(bytes.subarray(4), FILE_TYPE)) return bytes;
  const moov = completeMovie(bytes);
  if (moov === null) return null;
  const told = Buffer.from(bytes);
  let longest = 0;
  for (const trak of childBoxes(bytes, moov.body, moov.end)) {
    if (trak.type !== 'trak') continue;
    const hdlr = findBox(bytes, trak, 'mdia', 'hdlr');
    const isVideo = hdlr !== null && bytes.toString('latin1', hdlr.body + 8, hdlr.body + 12) === 'vide';
    const length = (isVideo ? seconds.video : seconds.audio) ?? 0;
    longest = Math.max(longest, length);
    const mdhd = findBox(bytes, trak, 'mdia', 'mdhd');
    if (mdhd !== null) writeDuration(told, mdhd, length);
  }
  const mvex = findBox(bytes, moov, 'mvex');
  const mvhd = findBox(bytes, moov, 'mvhd');
  if (mvex === null || mvhd === null || findBox(bytes, mvex, 'mehd') !== null) return told;
  const mehd = fullBox('mehd', 1, 0, uint64(Math.round(longest * timescaleOf(bytes, mvhd))));
  for (const box of [moov, mvex]) told.writeUInt32BE(box.end - box.start + mehd.length, box.start);
  return Buffer.concat([told.subarray(0, mvex.body), mehd, told.subarray(mvex.body)]);
}

/** Finds the complete `moov`; no box written here has more than 4 GB. */
function completeMovie(bytes: Buffer): Box | null {
  for (let at = 0; at + 8 <= bytes.length; ) {
    const size = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (size < 8 || at + size > bytes.length) return null;
    if (type === 'moov') return { type, start: at, body: at + 8, end: at + size };
    at += size;
  }
  return null;
}

/** Reads the timescale, at the same place in `mvhd` and `mdhd`. */
function timescaleOf(bytes: Buffer, { body }: Box): number {
  return bytes.readUInt32BE(body + (bytes[body] === 1 ? 20 : 12));
}

/** Writes a duration; one that does not fit stays open. */
function writeDuration(bytes: Buffer, mdhd: Box, seconds: number): void {
  const ticks = Math.round(seconds * timescaleOf(bytes, mdhd));
  if (bytes[mdhd.body] === 1) bytes.writeBigUInt64BE(BigInt(ticks), mdhd.body + 24);
  else if (ticks <= 0xffff_fffe) bytes.writeUInt32BE(ticks, mdhd.body + 16);
}
