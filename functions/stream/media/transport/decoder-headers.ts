import { nalUnits } from '../codecs/bitstream.ts';
import { unitType } from '../codecs/parameter-sets.ts';
import type { Coding, CodingOrAudio } from './coding.ts';

/**
 * Returns the headers at the start of an access unit without which nothing after them can be decoded; null if
 * not all of them are there. Audio needs none.
 */
export function decoderHeaders(coding: CodingOrAudio, data: Uint8Array): Uint8Array | null {
  return coding === 'audio' ? new Uint8Array() : HEADERS[coding](data);
}

const START_CODE = Uint8Array.of(0, 0, 0, 1);

const HEADERS: Readonly<Record<Coding, (data: Uint8Array) => Uint8Array | null>> = {
  h264: (data) => parameterSets(data, 'h264', [7, 8], (type) => type >= 1 && type <= 5),
  hevc: (data) => parameterSets(data, 'hevc', [32, 33, 34], (type) => type <= 31),
  /** The sequence header and its extensions, before a group, picture or slice (ISO/IEC 13818-2 §6.2.2). */
  mpeg2: (data) =>
    between(
      data,
      (code) => code === 0xb3,
      (code) => code === 0xb8 || code <= 0xaf,
    ),
  /** The video object layer and what precedes it, before a group or VOP (ISO/IEC 14496-2 §6.2.2). */
  mpeg4: (data) =>
    between(
      data,
      (code) => code >= 0x20 && code <= 0x2f,
      (code) => code === 0xb3 || code === 0xb6,
    ),
};

function parameterSets(
  data: Uint8Array,
  codec: 'h264' | 'hevc',
  needed: readonly number[],
  isSlice: (type: number) => boolean,
): Uint8Array | null {
  const sets: Uint8Array[] = [];
  const seen = new Set<number>();
  for (const unit of nalUnits(data)) {
    const type = unitType(codec, unit);
    if (isSlice(type)) break;
    if (!needed.includes(type)) continue;
    seen.add(type);
    sets.push(START_CODE, unit);
  }
  return seen.size === needed.length ? Buffer.concat(sets) : null;
}

/** Returns the bytes between two start codes. Zeros count: these headers may end with them. */
function between(
  data: Uint8Array,
  isFirst: (code: number) => boolean,
  isEnd: (code: number) => boolean,
): Uint8Array | null {
  let start: number | null = null;
  for (const unit of nalUnits(data)) {
    const [code = 0] = unit;
    const at = unit.byteOffset - data.byteOffset - 3;
    if (start !== null && isEnd(code)) return data.slice(start, at);
    if (start === null && isFirst(code)) start = at;
  }
  return null;
}
