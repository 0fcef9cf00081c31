import { fullBox, uint16, uint32 } from '../boxes/write-box.ts';

/** Bytes of a sample: so many clear ones, then so many encrypted ones (ISO/IEC 23001-7 §9.5). */
export type Subsample = { readonly clear: number; readonly encrypted: number };
/** A whole sample, in order; empty for one that is encrypted from its first byte on. */
export type SubsampleMap = readonly Subsample[];

/** Bytes of one entry, and of the count before them. */
const ENTRY_BYTES = 6;
const COUNT_BYTES = 2;
/** The sizes in `saiz` are bytes. */
export const MOST_SUBSAMPLES = Math.floor((0xff - COUNT_BYTES) / ENTRY_BYTES);
export const MOST_CLEAR_BYTES = 0xffff;

const HAS_SUBSAMPLES = 2;

/**
 * Writes what tells how the samples of a fragment are encrypted, behind the other boxes of its `traf`, which end `start`
 * bytes after the moof begins (ISO/IEC 23001-7 §7.2, 14496-12 §8.7.8). Vectors are constant, and in no sample.
 */
export function encryptedSampleBoxes(maps: readonly SubsampleMap[], start: number): readonly Buffer[] {
  // Without entries nothing is told of a sample but that there is one: ffmpeg takes it for clear otherwise.
  if (maps.every((map) => map.length === 0)) return [fullBox('senc', 0, 0, uint32(maps.length))];
  const sizes = Buffer.from(maps.map((map) => COUNT_BYTES + map.length * ENTRY_BYTES));
  const saiz = fullBox('saiz', 0, 0, Buffer.of(0), uint32(maps.length), sizes);
  // Header, version and flags, and the number of samples come before the first entry.
  const entriesAt = start + saiz.byteLength + SAIO_BYTES + 16;
  const saio = fullBox('saio', 0, 0, uint32(1, entriesAt));
  const entries = maps.map((map) => Buffer.concat([uint16(map.length), ...map.map(entryOf)]));
  return [saiz, saio, fullBox('senc', 0, HAS_SUBSAMPLES, uint32(maps.length), ...entries)];
}

const SAIO_BYTES = 20;

function entryOf({ clear, encrypted }: Subsample): Buffer {
  return Buffer.concat([uint16(clear), uint32(encrypted)]);
}
