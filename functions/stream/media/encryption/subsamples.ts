import { damaged, unsupported } from '../../base/problem.ts';
import { asBuffer, childBoxes, findBox } from '../boxes/boxes.ts';
import { readAvcRecord } from '../codecs/avc-record.ts';
import {
  type H264Picture,
  type H264Sequence,
  readH264Picture,
  readH264Sequence,
} from '../codecs/h264-sets.ts';
import { h264HeaderBits } from '../codecs/h264-slice.ts';
import {
  MOST_CLEAR_BYTES,
  MOST_SUBSAMPLES,
  type Subsample,
  type SubsampleMap,
} from '../isobmff/encrypted-samples.ts';
import { STSD_HEAD_BYTES, VIDEO_HEAD_BYTES } from '../isobmff/entry-heads.ts';
import { BLOCK_BYTES } from './key-and-iv.ts';

/** Tells which bytes of one sample after the other are encrypted; it learns the parameter sets among them. */
export type Subsampling = (sample: Uint8Array) => SubsampleMap;

/** Bytes that hold the header of any slice, and stay clear where it cannot be read. */
const LOOK_BYTES = 1024;

/** Returns the subsampling of the video that an init segment describes. Throws `damaged-media` if it cannot be read. */
export function subsamplingOf(init: Buffer): Subsampling {
  const whole = { body: 0, end: init.byteLength };
  const stsd = findBox(init, whole, 'moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd');
  const [entry] = stsd === null ? [] : childBoxes(init, stsd.body + STSD_HEAD_BYTES, stsd.end);
  const avcC = entry && findBox(init, { body: entry.body + VIDEO_HEAD_BYTES, end: entry.end }, 'avcC');
  const subsampling = avcC ? h264Subsampling(init.subarray(avcC.body, avcC.end)) : null;
  if (subsampling === null) throw damaged('The parameter sets of the video cannot be read.');
  return subsampling;
}

/**
 * Returns the subsampling of H.264 behind lengths (ISO/IEC 23001-7 §10.4): the data of slices is encrypted, behind their
 * headers, and everything else is clear. `avcC` is the contents of that box; null if they cannot be read.
 */
export function h264Subsampling(avcC: Uint8Array): Subsampling | null {
  const record = readAvcRecord(avcC);
  if (record === null) return null;
  const sequences = new Map<number, H264Sequence>();
  const frameSets = new Map<number, H264Picture>();
  const learn = (unit: Uint8Array) => {
    const type = (unit[0] ?? 0) & 0x1f;
    const sequence = type === 7 ? readH264Sequence(unit) : null;
    if (sequence !== null) sequences.set(sequence.id, sequence);
    const frameSet = type === 8 ? readH264Picture(unit) : null;
    if (frameSet !== null) frameSets.set(frameSet.id, frameSet);
  };
  for (const set of [...record.sequenceSets, ...record.pictureSets]) learn(set);
  const headOf = (unit: Uint8Array): number => {
    const type = (unit[0] ?? 0) & 0x1f;
    if (type !== 1 && type !== 5) {
      learn(unit);
      return unit.byteLength;
    }
    return headerBytes(unit, (payload) => h264HeaderBits(payload, { sequences, frameSets }));
  };
  return (sample) => mapOf(asBuffer(sample), record.lengthSize, headOf);
}

/** Returns the bytes of a slice's header as they stand in the unit, with the bytes that prevent start codes. */
function headerBytes(unit: Uint8Array, bitsOf: (payload: Uint8Array) => number | null): number {
  const look = unit.subarray(0, LOOK_BYTES);
  const payload = Buffer.alloc(look.byteLength);
  const ends: number[] = [];
  let zeros = 0;
  for (const [i, byte] of look.entries()) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    payload[ends.length] = byte;
    ends.push(i + 1);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  const bits = bitsOf(payload.subarray(0, ends.length));
  return (bits === null ? undefined : ends[Math.ceil(bits / 8) - 1]) ?? look.byteLength;
}

/** `headOf` returns how many of the first bytes of a unit are clear. */
function mapOf(sample: Buffer, lengthSize: number, headOf: (unit: Uint8Array) => number): SubsampleMap {
  const slices: { readonly start: number; readonly end: number }[] = [];
  let at = 0;
  while (at + lengthSize <= sample.byteLength) {
    const unitAt = at + lengthSize;
    const end = unitAt + sample.readUIntBE(at, lengthSize);
    // Lengths that do not add up are for the decoder to refuse.
    if (end > sample.byteLength) break;
    const start = unitAt + headOf(sample.subarray(unitAt, end));
    if (end - start >= BLOCK_BYTES) slices.push({ start, end });
    at = end;
  }
  return fitting(slices, sample.byteLength);
}

type Slice = { readonly start: number; readonly end: number };

/** So many subsamples can be told of one sample: the smallest of many slices stay clear. */
function fitting(slices: readonly Slice[], sampleBytes: number): SubsampleMap {
  for (let most = slices.length; most >= 0; most = Math.ceil(most * 0.75) - 1) {
    const map = withClear(largest(slices, most), sampleBytes);
    if (map.length <= MOST_SUBSAMPLES) return map;
  }
  throw unsupported('A frame of the video is too large to be encrypted.');
}

function largest(slices: readonly Slice[], most: number): readonly Slice[] {
  if (slices.length <= most) return slices;
  const sizes = slices.map(({ start, end }) => end - start).sort((a, b) => b - a);
  const least = sizes[most - 1] ?? 0;
  return slices.filter(({ start, end }) => end - start >= least).slice(0, most);
}

function withClear(slices: readonly Slice[], sampleBytes: number): SubsampleMap {
  const map: Subsample[] = [];
  let at = 0;
  const push = (clear: number, encrypted: number) => {
    let left = clear;
    for (; left > MOST_CLEAR_BYTES; left -= MOST_CLEAR_BYTES)
      map.push({ clear: MOST_CLEAR_BYTES, encrypted: 0 });
    if (left > 0 || encrypted > 0) map.push({ clear: left, encrypted });
  };
  for (const { start, end } of slices) {
    push(start - at, end - start);
    at = end;
  }
  push(sampleBytes - at, 0);
  return map;
}
