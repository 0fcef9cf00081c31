import { bitCursor, exponential, nalUnits, withoutEmulation } from '../codecs/bitstream.ts';
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
 * Returns the random access point at the access unit that begins with `data`: an IDR picture, one with a
 * recovery point, or an intra picture that its container marks as one (H.264), an IRAP picture (HEVC), an
 * intra picture (MPEG-2, MPEG-4). Null if decoding cannot begin there, even with all headers.
 */
export function randomAccessPoint(
  coding: CodingOrAudio,
  data: Uint8Array,
  isMarked = false,
): RandomAccessPoint | null {
  if (coding === 'audio') return AT_ONCE;
  if (coding === 'h264') return h264Point(data, isMarked);
  return IS_POINT[coding](data) ? AT_ONCE : null;
}

const AT_ONCE: RandomAccessPoint = { recoveryFrames: 0 };

/** Rec. ITU-T H.264 §7.4.1.2: sets and SEI precede the first slice of their access unit. */
function h264Point(data: Uint8Array, isMarked: boolean): RandomAccessPoint | null {
  let recoveryFrames: number | null = null;
  for (const unit of nalUnits(data)) {
    const type = unitType('h264', unit);
    if (type === 6) recoveryFrames ??= recoveryPoint(unit);
    if (type < 1 || type > 5) continue;
    if (type === 5) return AT_ONCE;
    if (recoveryFrames !== null) return { recoveryFrames };
    return isMarked && isIntraSlice(unit) ? AT_ONCE : null;
  }
  return null;
}

/** Reads `slice_type` (Rec. ITU-T H.264 §7.4.3): 2 and 7 are I slices. */
function isIntraSlice(unit: Uint8Array): boolean {
  const bits = bitCursor(withoutEmulation(unit.subarray(1, 1 + SLICE_HEADER_BYTES)));
  // The first macroblock.
  exponential(bits);
  return [2, 7].includes(exponential(bits)) && !bits.isPastEnd();
}

const SLICE_HEADER_BYTES = 16;

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

const IS_POINT = {
  /** Rec. ITU-T H.265 table 7-1: types 16 to 21 are IRAP pictures, whose leading ones are shown earlier. */
  hevc(data: Uint8Array): boolean {
    for (const unit of nalUnits(data)) {
      const type = unitType('hevc', unit);
      if (type <= 31) return type >= 16 && type <= 21;
    }
    return false;
  },
  /**
   * ISO/IEC 13818-2 §6.3.9: a picture whose `picture_coding_type` is 1. Without a header before it, it must
   * be a whole frame: it may be the second field of one.
   */
  mpeg2(data: Uint8Array): boolean {
    let [hasHeader, isIntra] = [false, false];
    for (const unit of nalUnits(data)) {
      const [code = 0, second = 0, third = 0, fourth = 0] = unit;
      if (code === 0xb3 || code === 0xb8) hasHeader = true;
      else if (code === 0x00) {
        isIntra = ((third >> 3) & 7) === 1;
        if (hasHeader || !isIntra) return isIntra;
      } else if (code === 0xb5 && second >> 4 === 8 && isIntra) return (fourth & 3) === 3;
      else if (code <= 0xaf) return isIntra;
    }
    return false;
  },
  /** ISO/IEC 14496-2 §6.3.5: a VOP whose `vop_coding_type` is 0. */
  mpeg4(data: Uint8Array): boolean {
    for (const unit of nalUnits(data)) if (unit[0] === 0xb6) return (unit[1] ?? 0xff) >> 6 === 0;
    return false;
  },
} as const;

/** Codings by ffmpeg's names. */
const CODING_NAMED: Readonly<Record<string, Coding>> = {
  h264: 'h264',
  hevc: 'hevc',
  mpeg1video: 'mpeg2',
  mpeg2video: 'mpeg2',
  mpeg4: 'mpeg4',
};

/** Returns a track's coding; null if it is none of these. */
export function codingOfTrack({ codec, codecName }: VideoTrack): Coding | null {
  return CODING_NAMED[codec === 'other' ? (codecName ?? '') : codec] ?? null;
}
