import type { VideoCodec } from '../model/codecs.ts';
import { OBU_SEQUENCE_HEADER, parseAv1Sequence, parseObus } from './av1.ts';
import { isAnnexB } from './bitstream.ts';
import { openNalStream, sequenceFormat, unitsOf, unitType } from './parameter-sets.ts';
import { parseVp8KeyFrame, parseVp9KeyFrame } from './vpx.ts';

export type FirstPacket = {
  readonly codec: VideoCodec;
  /** avcC or hvcC; null if the stream itself carries its parameter sets, and for the other codecs. */
  readonly configuration: Uint8Array | null;
  readonly data: Uint8Array;
  readonly isKey: boolean;
};

/**
 * Returns why no decoder can show a video's first packet, in words for people; null if nothing speaks against
 * it. Checks only headers, in microseconds: the rest may still be damaged.
 */
export function whyUndecodable({ codec, configuration, data, isKey }: FirstPacket): string | null {
  if (data.length === 0) return 'its first frame is empty';
  switch (codec) {
    case 'h264':
    case 'hevc':
      return whyNoUnits(codec, configuration, data);
    case 'vp8':
      return isKey && !parseVp8KeyFrame(data) ? 'its first frame does not begin as VP8 does' : null;
    case 'vp9':
      return isVp9(data, isKey) ? null : 'its first frame does not begin as VP9 does';
    case 'av1':
      return isAv1(data) ? null : 'its first frame does not begin as AV1 does';
    case 'other':
      return null;
    default:
      return codec satisfies never;
  }
}

function whyNoUnits(
  codec: 'h264' | 'hevc',
  configuration: Uint8Array | null,
  data: Uint8Array,
): string | null {
  const stream = openNalStream(codec, configuration, data);
  if (configuration) {
    if (!stream) return 'its parameter sets are missing';
    if (!sequenceFormat(codec, configuration, data)) return 'its parameter sets cannot be read';
  }
  // Without a record, the parameter sets may come with a later access unit.
  const units = unitsOf(data, stream ? stream.lengthSize : isAnnexB(data) ? null : 4);
  if (!units || units.length === 0) return 'its first frame is cut short';
  return units.every((unit) => isPlausible(codec, unit)) ? null : 'its first frame holds no valid units';
}

function isPlausible(codec: 'h264' | 'hevc', unit: Uint8Array): boolean {
  const isForbidden = ((unit[0] ?? 0x80) & 0x80) !== 0;
  const type = unitType(codec, unit);
  if (codec === 'h264') return !isForbidden && type >= 1 && type <= 23;
  const temporalId = (unit[1] ?? 0) & 7;
  return !isForbidden && temporalId > 0 && !(type >= 22 && type <= 31) && !(type >= 41 && type <= 47);
}

function isVp9(data: Uint8Array, isKey: boolean): boolean {
  return isKey ? parseVp9KeyFrame(data) !== null : (data[0] ?? 0) >> 6 === 2;
}

function isAv1(data: Uint8Array): boolean {
  const obus = parseObus(data);
  if (!obus || obus.length === 0) return false;
  // Types 9 to 14 are reserved (AV1 specification §6.2.2).
  if (obus.some(({ type }) => type === 0 || (type > 8 && type < 15))) return false;
  const header = obus.find(({ type }) => type === OBU_SEQUENCE_HEADER);
  return !header || parseAv1Sequence(header.payload) !== null;
}
