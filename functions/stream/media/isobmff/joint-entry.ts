import { damaged } from '../../base/problem.ts';
import { asBuffer, childBoxes } from '../boxes/boxes.ts';
import { box } from '../boxes/write-box.ts';
import { type AvcRecord, jointRecord, readAvcRecord, takesParts } from '../codecs/avc-record.ts';

/** Bytes of a video's sample entry before the boxes in it, its own header included (ISO/IEC 14496-12 §12.1.3). */
const HEAD_BYTES = 86;

/** Tells whether a sample entry can be that of encoded parts as well. */
export function isJoinable(sampleEntry: Uint8Array): boolean {
  const record = recordOf(asBuffer(sampleEntry));
  return record !== null && takesParts(record);
}

/** Writes the entry of copied H.264 with the parameter sets of its encoded parts, so that one init segment is for both. */
export function jointEntry(copied: Uint8Array, encoded: Uint8Array): Buffer {
  const own = asBuffer(copied);
  const [one, other] = [recordOf(own), recordOf(asBuffer(encoded))];
  if (one === null || other === null) throw damaged('The parameter sets of the video cannot be read.');
  const boxes = [...childBoxes(own, HEAD_BYTES, own.length)].map(({ type, start, end }) =>
    type === 'avcC' ? box('avcC', jointRecord(one, other)) : own.subarray(start, end),
  );
  return box('avc1', own.subarray(8, HEAD_BYTES), ...boxes);
}

function recordOf(entry: Buffer): AvcRecord | null {
  if (entry.toString('latin1', 4, 8) !== 'avc1') return null;
  const found = [...childBoxes(entry, HEAD_BYTES, entry.length)].find(({ type }) => type === 'avcC');
  return found ? readAvcRecord(entry.subarray(found.body, found.end)) : null;
}
