import { box } from '../boxes/write-box.ts';
import type { VideoTrack } from '../model/media.ts';
import { isAnnexB, nalUnits, prefixedUnits, prefixUnits } from './bitstream.ts';
import { parseHevcSps } from './hevc-sps.ts';
import { parseH264Sps } from './sps.ts';

type Codec = 'h264' | 'hevc';

/** Parameter sets of an H.264 or HEVC stream, and how its units are separated. */
export type NalStream = {
  readonly codec: Codec;
  /** Bytes of the length before each unit; null for start codes (annex B). */
  readonly lengthSize: number | null;
  /** Parameter sets by unit type, from the configuration record or before the first access unit. */
  readonly parameterSets: readonly Uint8Array[];
};

/** Opens a stream; null if neither the record nor the first packet holds the sets that a decoder needs. */
export function openNalStream(
  codec: Codec,
  configuration: Uint8Array | null,
  firstPacket: Uint8Array,
): NalStream | null {
  const record = configuration && parseRecord(codec, configuration);
  // Some writers store a record but put start codes into the packets.
  const lengthSize =
    record && !(isAnnexB(firstPacket) && !prefixedUnits(firstPacket, record.lengthSize))
      ? record.lengthSize
      : null;
  const inBand = unitsOf(firstPacket, lengthSize) ?? [];
  const sets = [...(record?.parameterSets ?? []), ...inBand.filter((unit) => isParameterSet(codec, unit))];
  const parameterSets = sets.filter((set, i) => sets.findIndex((other) => equal(other, set)) === i);
  const found = new Set(parameterSets.map((unit) => unitType(codec, unit)));
  return NEEDED[codec].every((type) => found.has(type)) ? { codec, lengthSize, parameterSets } : null;
}

/** Splits one packet into units; null if the lengths before them do not add up. */
export function unitsOf(packet: Uint8Array, lengthSize: number | null): Uint8Array[] | null {
  return lengthSize === null ? [...nalUnits(packet)] : prefixedUnits(packet, lengthSize);
}

export function unitType(codec: Codec, unit: Uint8Array): number {
  return codec === 'h264' ? (unit[0] ?? 0) & 0x1f : ((unit[0] ?? 0) >> 1) & 0x3f;
}

/** Returns the format of the first sequence parameter set; null if it cannot be read. */
export function sequenceFormat(
  codec: Codec,
  configuration: Uint8Array | null,
  firstPacket: Uint8Array,
): Pick<VideoTrack, 'bitDepth' | 'chroma' | 'interlaced' | 'colour'> | null {
  const stream = openNalStream(codec, configuration, firstPacket);
  const sps = stream && parseSps(stream);
  return (
    sps && {
      bitDepth: sps.lumaDepth,
      chroma: CHROMA[sps.chromaFormat] ?? null,
      interlaced: sps.isInterlaced,
      colour: sps.vui?.colour ?? null,
    }
  );
}

/**
 * Returns size and pixel shape from the first sequence parameter set of an Annex B packet; null if it cannot
 * be read.
 */
export function sequenceSize(codec: Codec, firstPacket: Uint8Array) {
  const stream = openNalStream(codec, null, firstPacket);
  const sps = stream && parseSps(stream);
  if (!sps) return null;
  const [across, down] = sps.vui?.pixelAspect ?? [1, 1];
  return { width: sps.width, height: sps.height, pixelAspect: across / down };
}

/**
 * Returns how many frames a decoder holds back at most before it shows one: the stream's own value, or else
 * the level's limit for frames of this size (Rec. ITU-T H.264 table A-1), or 16. Too large a value delays
 * players that ignore edit lists (GStreamer).
 */
export function reorderDepth(
  codec: Codec,
  configuration: Uint8Array | null,
  firstPacket: Uint8Array,
): number {
  const stream = openNalStream(codec, configuration, firstPacket);
  const sps = stream && parseSps(stream);
  if (!sps) return MOST_HELD_BACK;
  if (sps.reorderFrames !== null && sps.reorderFrames <= MOST_HELD_BACK) return sps.reorderFrames;
  if (codec === 'hevc') return MOST_HELD_BACK;
  const [profile = 0, , level = 0] = sps.profileTierLevel;
  if (profile === BASELINE) return 0;
  const macroblocks = Math.ceil(sps.width / 16) * Math.ceil(sps.height / 16);
  const capacity = DECODER_CAPACITY.find(([most]) => level <= most)?.[1] ?? Number.POSITIVE_INFINITY;
  return Math.min(MOST_HELD_BACK, Math.max(1, Math.floor(capacity / macroblocks)));
}

const MOST_HELD_BACK = 16;
const BASELINE = 66;
/** Macroblocks of all held frames, by the level times ten. */
const DECODER_CAPACITY: readonly (readonly [level: number, macroblocks: number])[] = [
  [10, 396],
  [11, 900],
  [20, 2_376],
  [21, 4_752],
  [30, 8_100],
  [31, 18_000],
  [32, 20_480],
  [41, 32_768],
  [42, 34_816],
  [50, 110_400],
  [52, 184_320],
];

const CHROMA = ['monochrome', '4:2:0', '4:2:2', '4:4:4'] as const;

/**
 * Writes `avcC` or `hvcC` (ISO/IEC 14496-15 §5.3.3.1, §8.3.3.1) for units with lengths of four bytes; null
 * without a valid SPS.
 */
export function configurationBox(stream: NalStream): Uint8Array | null {
  const sps = parseSps(stream);
  if (!sps) return null;
  const ofType = (type: number) =>
    stream.parameterSets.filter((unit) => unitType(stream.codec, unit) === type);
  if (stream.codec === 'h264') {
    const [sets, pps] = [ofType(7), ofType(8)];
    const [profile = 0, compatibility = 0, level = 0] = sps.profileTierLevel;
    const extension = [100, 110, 122, 144, 244].includes(profile)
      ? [Uint8Array.of(0xfc | sps.chromaFormat, 0xf8 | (sps.lumaDepth - 8), 0xf8 | (sps.chromaDepth - 8), 0)]
      : [];
    const head = Uint8Array.of(1, profile, compatibility, level, 0xff, 0xe0 | sets.length);
    return box('avcC', head, ...sets.map(sized), Uint8Array.of(pps.length), ...pps.map(sized), ...extension);
  }
  const arrays = [32, 33, 34].map((type) => {
    const sets = ofType(type);
    return Buffer.concat([Uint8Array.of(0x80 | type, 0, sets.length), ...sets.map(sized)]);
  });
  const tail = [
    0xf0,
    0,
    0xfc,
    0xfc | sps.chromaFormat,
    0xf8 | (sps.lumaDepth - 8),
    0xf8 | (sps.chromaDepth - 8),
    0,
    0,
  ];
  const layers = (sps.temporalLayers << 3) | (sps.isNested ? 4 : 0) | 3;
  return box(
    'hvcC',
    Uint8Array.of(1),
    sps.profileTierLevel,
    Uint8Array.of(...tail, layers, arrays.length),
    ...arrays,
  );
}

/**
 * Converts one packet to an MP4 sample: lengths of four bytes, without delimiters and, unless `keepsSets`,
 * without the parameter sets of the configuration box. Null if the packet does not consist of units.
 */
export function toSample(stream: NalStream, packet: Uint8Array, keepsSets = false): Uint8Array | null {
  const units = unitsOf(packet, stream.lengthSize);
  if (!units) return null;
  const isSpare = (unit: Uint8Array) =>
    unitType(stream.codec, unit) === DELIMITER[stream.codec] ||
    (!keepsSets &&
      isParameterSet(stream.codec, unit) &&
      stream.parameterSets.some((set) => equal(set, unit)));
  const needed = units.filter((unit) => !isSpare(unit));
  return stream.lengthSize === 4 && needed.length === units.length ? packet : prefixUnits(needed);
}

/**
 * Tells whether the packet has a parameter set that the configuration box lacks. A decoder then drops what
 * refers to the earlier set, so that all sets after it must stay in the samples.
 */
export function hasNewSet({ codec, lengthSize, parameterSets }: NalStream, packet: Uint8Array): boolean {
  const sets = (unitsOf(packet, lengthSize) ?? []).filter((unit) => isParameterSet(codec, unit));
  return sets.some((set) => !parameterSets.some((known) => equal(known, set)));
}

const NEEDED = { h264: [7, 8], hevc: [32, 33, 34] } as const;
const DELIMITER = { h264: 9, hevc: 35 } as const;

function isParameterSet(codec: Codec, unit: Uint8Array): boolean {
  return (NEEDED[codec] as readonly number[]).includes(unitType(codec, unit));
}

function parseSps({ codec, parameterSets }: NalStream) {
  const sps = parameterSets.find((unit) => unitType(codec, unit) === (codec === 'h264' ? 7 : 33));
  return sps ? (codec === 'h264' ? parseH264Sps(sps) : parseHevcSps(sps)) : null;
}

/** Reads the sets in an avcC or hvcC payload; null if it is not one. */
function parseRecord(
  codec: Codec,
  record: Uint8Array,
): { lengthSize: number; parameterSets: Uint8Array[] } | null {
  if (record[0] !== 1 || record.length < 7) return null;
  const parameterSets: Uint8Array[] = [];
  const lengthAt = codec === 'h264' ? 4 : 21;
  const lengthSize = ((record[lengthAt] ?? 0) & 3) + 1;
  let at = codec === 'h264' ? 5 : 23;
  const readSets = (count: number) => {
    for (let i = 0; i < count; i++) {
      const length = ((record[at] ?? 0) << 8) | (record[at + 1] ?? 0);
      if (length === 0 || at + 2 + length > record.length) return false;
      parameterSets.push(record.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
    return true;
  };
  if (codec === 'h264') {
    const isWhole = readSets((record[at++] ?? 0) & 0x1f) && readSets(record[at++] ?? 0);
    return isWhole ? { lengthSize, parameterSets } : null;
  }
  for (let arrays = record[22] ?? 0; arrays > 0; arrays--) {
    const count = ((record[at + 1] ?? 0) << 8) | (record[at + 2] ?? 0);
    at += 3;
    if (!readSets(count)) return null;
  }
  return { lengthSize, parameterSets: parameterSets.filter((unit) => isParameterSet(codec, unit)) };
}

function sized(unit: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(unit.length >> 8, unit.length & 0xff), unit]);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
