import { OBU_SEQUENCE_HEADER, parseAv1Sequence, parseObus } from '../containers/av1.ts';
import type { VideoTrack } from '../media.ts';
import { videoCodecOf } from './codec.ts';
import type { SampleEntry } from './sample-entry.ts';
import { sequenceSet } from './sequence-set.ts';

export type PictureFormat = Pick<VideoTrack, 'bitDepth' | 'chroma' | 'interlaced' | 'dynamicRange'>;

const CHROMA = ['monochrome', '4:2:0', '4:2:2', '4:4:4'] as const;

/** Depth, chroma, fields and dynamic range as the decoder configuration and `colr` tell them. */
export function pictureFormat(entry: SampleEntry): PictureFormat {
  const coded = codedFormat(entry);
  const transfer = entry.video?.transfer ?? coded.transfer;
  const interlaced = coded.interlaced || (entry.video?.isInterlaced ?? false);
  const { bitDepth, chroma } = coded;
  if (transfer === 16) return { bitDepth, chroma, interlaced, dynamicRange: 'pq' };
  if (transfer === 18) return { bitDepth, chroma, interlaced, dynamicRange: 'hlg' };
  const isKnown = bitDepth === 8 || (transfer !== null && transfer !== 2);
  return { bitDepth, chroma, interlaced, dynamicRange: isKnown ? 'sdr' : null };
}

type Coded = Pick<VideoTrack, 'bitDepth' | 'chroma' | 'interlaced'> & { readonly transfer: number | null };

const UNKNOWN: Coded = { bitDepth: null, chroma: null, interlaced: false, transfer: null };

function codedFormat(entry: SampleEntry): Coded {
  const { configurations } = entry;
  switch (videoCodecOf(entry)) {
    case 'h264': {
      const sps = sequenceSet(entry);
      if (sps === null) return UNKNOWN;
      const chroma = CHROMA[sps.chromaFormat] ?? null;
      const transfer = sps.vui?.transfer ?? null;
      return { bitDepth: sps.lumaDepth, chroma, interlaced: sps.isInterlaced, transfer };
    }
    case 'hevc': {
      const hvcC = configurations.get('hvcC');
      if (!hvcC || hvcC.length < 23) return UNKNOWN;
      // general_progressive_source_flag off and general_interlaced_source_flag on.
      const interlaced = ((hvcC[6] ?? 0) & 0xc0) === 0x40;
      const chroma = CHROMA[(hvcC[16] ?? 0) & 3] ?? null;
      const transfer = sequenceSet(entry)?.vui?.transfer ?? null;
      return { bitDepth: 8 + ((hvcC[17] ?? 0) & 7), chroma, interlaced, transfer };
    }
    case 'av1': {
      const av1C = configurations.get('av1C');
      const third = av1C?.[2];
      if (av1C === undefined || third === undefined) return UNKNOWN;
      const bitDepth = third & 0x40 ? (third & 0x20 ? 12 : 10) : 8;
      const chroma = third & 0x10 ? 'monochrome' : third & 8 ? (third & 4 ? '4:2:0' : '4:2:2') : '4:4:4';
      return { bitDepth, chroma, interlaced: false, transfer: av1Transfer(av1C) };
    }
    case 'vp8':
    case 'vp9': {
      const vpcC = configurations.get('vpcC');
      if (!vpcC || vpcC.length < 10) return UNKNOWN;
      const depth = vpcC[6] ?? 0;
      const chroma = (['4:2:0', '4:2:0', '4:2:2', '4:4:4'] as const)[(depth >> 1) & 7] ?? null;
      return { bitDepth: depth >> 4, chroma, interlaced: false, transfer: vpcC[8] ?? null };
    }
    default:
      return UNKNOWN;
  }
}

/** Of the sequence header that the configuration may carry; 2 says that it is not told. */
function av1Transfer(av1C: Buffer): number | null {
  const header = parseObus(av1C.subarray(4))?.find(({ type }) => type === OBU_SEQUENCE_HEADER);
  const transfer = header && parseAv1Sequence(header.payload)?.transfer;
  return transfer === undefined || transfer === 2 ? null : transfer;
}
