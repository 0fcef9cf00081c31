import { parseHevcSps } from '../codecs/hevc-sps.ts';
import { parseH264Sps, type Sps } from '../codecs/sps.ts';
import type { SampleEntry } from './sample-entry.ts';

/**
 * Returns the first sequence parameter set of `avcC` or `hvcC` (ISO/IEC 14496-15 §5.3.3.1, §8.3.3.1). Null if
 * there is none: other codecs, streams that carry their sets themselves, and damaged configurations.
 */
export function sequenceSet({ configurations }: SampleEntry): Sps | null {
  const avcC = configurations.get('avcC');
  const hvcC = configurations.get('hvcC');
  const unit = avcC ? firstOfAvc(avcC) : hvcC ? firstOfHevc(hvcC) : null;
  return unit && (avcC ? parseH264Sps(unit) : parseHevcSps(unit));
}

function firstOfAvc(avcC: Buffer): Buffer | null {
  if (avcC.length < 9 || ((avcC[5] ?? 0) & 31) === 0) return null;
  return avcC.subarray(8, 8 + avcC.readUInt16BE(6));
}

const SEQUENCE_SET = 33;

function firstOfHevc(hvcC: Buffer): Buffer | null {
  const arrays = hvcC[22] ?? 0;
  let at = 23;
  for (let array = 0; array < arrays && at + 3 <= hvcC.length; array++) {
    const type = (hvcC[at] ?? 0) & 63;
    const units = hvcC.readUInt16BE(at + 1);
    at += 3;
    for (let unit = 0; unit < units && at + 2 <= hvcC.length; unit++) {
      const end = at + 2 + hvcC.readUInt16BE(at);
      if (type === SEQUENCE_SET) return hvcC.subarray(at + 2, end);
      at = end;
    }
  }
  return null;
}
