import { OBU_SEQUENCE_HEADER, parseAv1Sequence, parseObus } from '../codecs/av1.ts';
import { joinedColour } from '../model/frame.ts';
import type { Colour, VideoTrack } from '../model/media.ts';
import { videoCodecOf } from './codec.ts';
import type { SampleEntry } from './sample-entry.ts';
import { sequenceSet } from './sequence-set.ts';

export type SampleFormat = Pick<VideoTrack, 'bitDepth' | 'chroma' | 'interlaced' | 'dynamicRange' | 'colour'>;

const CHROMA = ['monochrome', '4:2:0', '4:2:2', '4:4:4'] as const;

/** Reads depth, chroma, fields and dynamic range from the decoder configuration and `colr`. */
export function sampleFormat(entry: SampleEntry): SampleFormat {
  const coded = codedFormat(entry);
  // ISO/IEC 14496-12 §12.1.5: the box takes precedence over the bitstream.
  const colour = joinedColour(entry.video?.colour ?? null, coded.colour);
  const interlaced = coded.interlaced || (entry.video?.isInterlaced ?? false);
  const { bitDepth, chroma } = coded;
  const format = { bitDepth, chroma, interlaced, colour };
  if (colour?.transfer === 16) return { ...format, dynamicRange: 'pq' };
  if (colour?.transfer === 18) return { ...format, dynamicRange: 'hlg' };
  const isKnown = bitDepth === 8 || (colour !== null && colour.transfer !== 2);
  return { ...format, dynamicRange: isKnown ? 'sdr' : null };
}

type Coded = Omit<SampleFormat, 'dynamicRange'>;

const UNKNOWN: Coded = { bitDepth: null, chroma: null, interlaced: false, colour: null };

function codedFormat(entry: SampleEntry): Coded {
  const { configurations } = entry;
  switch (videoCodecOf(entry)) {
    case 'h264': {
      const sps = sequenceSet(entry);
      if (sps === null) return UNKNOWN;
      const chroma = CHROMA[sps.chromaFormat] ?? null;
      const colour = sps.vui?.colour ?? null;
      return { bitDepth: sps.lumaDepth, chroma, interlaced: sps.isInterlaced, colour };
    }
    case 'hevc': {
      const hvcC = configurations.get('hvcC');
      if (!hvcC || hvcC.length < 23) return UNKNOWN;
      // general_progressive_source_flag off and general_interlaced_source_flag on.
      const interlaced = ((hvcC[6] ?? 0) & 0xc0) === 0x40;
      const chroma = CHROMA[(hvcC[16] ?? 0) & 3] ?? null;
      const colour = sequenceSet(entry)?.vui?.colour ?? null;
      return { bitDepth: 8 + ((hvcC[17] ?? 0) & 7), chroma, interlaced, colour };
    }
    case 'av1': {
      const av1C = configurations.get('av1C');
      const third = av1C?.[2];
      if (av1C === undefined || third === undefined) return UNKNOWN;
      const bitDepth = third & 0x40 ? (third & 0x20 ? 12 : 10) : 8;
      const chroma = third & 0x10 ? 'monochrome' : third & 8 ? (third & 4 ? '4:2:0' : '4:2:2') : '4:4:4';
      return { bitDepth, chroma, interlaced: false, colour: av1Colour(av1C) };
    }
    case 'vp8':
    case 'vp9': {
      const vpcC = configurations.get('vpcC');
      if (!vpcC || vpcC.length < 10) return UNKNOWN;
      const depth = vpcC[6] ?? 0;
      const chroma = (['4:2:0', '4:2:0', '4:2:2', '4:4:4'] as const)[(depth >> 1) & 7] ?? null;
      return { bitDepth: depth >> 4, chroma, interlaced: false, colour: vpxColour(vpcC) };
    }
    default:
      return UNKNOWN;
  }
}

/** Reads the colours of the sequence header that the configuration may carry. */
function av1Colour(av1C: Buffer): Colour | null {
  const header = parseObus(av1C.subarray(4))?.find(({ type }) => type === OBU_SEQUENCE_HEADER);
  return (header && parseAv1Sequence(header.payload)?.colour) ?? null;
}

/** Reads the colours by the VP codec ISO media binding §2.2. */
function vpxColour(vpcC: Buffer): Colour {
  const [format = 0, primaries = 2, transfer = 2, matrix = 2] = vpcC.subarray(6, 10);
  return { primaries, transfer, matrix, isFullRange: (format & 1) === 1 };
}
