import { nalUnits, withoutEmulation } from '../codecs/annexb.ts';
import { bitCursor } from '../codecs/bit-cursor.ts';
import { exponential } from '../codecs/exp-golomb.ts';
import { unitType } from '../codecs/parameter-sets.ts';
import type { VideoTrack } from '../model/media.ts';

/** Video codings in transport and program streams whose random access points are recognised. */
export type Coding = 'h264' | 'hevc' | 'mpeg2' | 'mpeg4';
/** Audio can begin anywhere. */
export type CodingOrAudio = Coding | 'audio';

/** Codings by the stream types of ISO/IEC 13818-1 table 2-34. */
export const CODING_OF_STREAM_TYPE: Readonly<Record<number, Coding>> = {
  1: 'mpeg2',
  2: 'mpeg2',
  16: 'mpeg4',
  27: 'h264',
  36: 'hevc',
};

/** A point at which decoding can begin, and after how many frames the output is exact. */
export type RandomAccessPoint = { readonly recoveryFrames: number };

/**
 * Returns the random access point at the access unit that begins with `data`: with all parameter sets or
 * headers, an IDR picture or one with a recovery point (H.264), an IRAP picture (HEVC), an intra picture
 * (MPEG-2, MPEG-4). Null if decoding cannot begin there.
 */
export function randomAccessPoint(coding: CodingOrAudio, data: Uint8Array): RandomAccessPoint | null {
  if (coding === 'audio') return AT_ONCE;
  if (coding === 'h264') return h264Point(data);
  if (coding === 'hevc') return hevcPoint(data) ? AT_ONCE : null;
  return START_CODES[coding](data) ? AT_ONCE : null;
}

const AT_ONCE: RandomAccessPoint = { recoveryFrames: 0 };

/** Rec. ITU-T H.264 §7.4.1.2: sets and SEI precede the first slice of their access unit. */
function h264Point(data: Uint8Array): RandomAccessPoint | null {
  const seen = new Set<number>();
  let recoveryFrames: number | null = null;
  for (const unit of nalUnits(data)) {
    const type = unitType('h264', unit);
    seen.add(type);
    if (type === 6) recoveryFrames ??= recoveryPoint(unit);
    if (type < 1 || type > 5) continue;
    if (!seen.has(7) || !seen.has(8)) return null;
    if (type === 5) return AT_ONCE;
    return recoveryFrames === null ? null : { recoveryFrames };
  }
  return null;
}

/**
 * Reads `recovery_frame_cnt` of a recovery point SEI (Rec. ITU-T H.264 §D.1.8); null if the unit has none.
 */
function recoveryPoint(unit: Uint8Array): number | null {
  const bytes = withoutEmulation(unit);
  let at = 1;
  const readValue = () => {
    let value = 0;
    while (bytes[at] === 0xff) {
      value += 255;
      at++;
    }
    return value + (bytes[at++] ?? 0);
  };
  while (at + 2 < bytes.length) {
    const type = readValue();
    const size = readValue();
    if (type === 6) return readCount(bytes.subarray(at, at + size));
    at += size;
  }
  return null;
}

/** Reads an Exp-Golomb code; null if it is cut short, or more than the longest count. */
function readCount(bytes: Uint8Array): number | null {
  const bits = bitCursor(bytes);
  const count = exponential(bits);
  return bits.isPastEnd() || count > MOST_RECOVERY_FRAMES ? null : count;
}

/**
 * Largest `recovery_frame_cnt`, a code of 16 leading zeros: it is below the highest frame number (§D.2.8).
 */
const MOST_RECOVERY_FRAMES = 2 ** 17 - 2;

/**
 * Rec. ITU-T H.265 table 7-1: types 16 to 21 are IRAP pictures. Their leading pictures are shown before them.
 */
function hevcPoint(data: Uint8Array): boolean {
  const seen = new Set<number>();
  for (const unit of nalUnits(data)) {
    const type = unitType('hevc', unit);
    if (type <= 31) return type >= 16 && type <= 21 && [32, 33, 34].every((set) => seen.has(set));
    seen.add(type);
  }
  return false;
}

const START_CODES = {
  /** ISO/IEC 13818-2 §6.2: a sequence header, and a picture whose `picture_coding_type` is 1. */
  mpeg2(data: Uint8Array): boolean {
    let hasHeader = false;
    for (const unit of nalUnits(data)) {
      if (unit[0] === 0xb3) hasHeader = true;
      if (unit[0] === 0x00) return hasHeader && (((unit[2] ?? 0) >> 3) & 7) === 1;
    }
    return false;
  },
  /** ISO/IEC 14496-2 §6.2: a video object layer, and a VOP whose `vop_coding_type` is 0. */
  mpeg4(data: Uint8Array): boolean {
    let hasLayer = false;
    for (const unit of nalUnits(data)) {
      const code = unit[0] ?? 0;
      if (code >= 0x20 && code <= 0x2f) hasLayer = true;
      if (code === 0xb6) return hasLayer && (unit[1] ?? 0xff) >> 6 === 0;
    }
    return false;
  },
} as const;

/** Returns a track's coding in a stream that lists none; null if it is none of these. */
export function codingOfTrack({ codec }: VideoTrack, beginning: Uint8Array): Coding | null {
  if (codec === 'h264' || codec === 'hevc') return codec;
  for (const unit of nalUnits(beginning)) {
    if (unit[0] === 0xb3) return 'mpeg2';
    if (unit[0] === 0xb0 || (unit[0] ?? 0) >> 4 === 2) return 'mpeg4';
  }
  return null;
}
