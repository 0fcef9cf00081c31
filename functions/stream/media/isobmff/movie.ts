import { damaged, encrypted, Problem, unsupported } from '../../http/problem.ts';
import type { RandomAccess } from '../../source/bytes.ts';
import { type Box, childBoxes, findBox } from './boxes.ts';
import { type Fragments, readFragments } from './fragments.ts';
import { findLocationBoxes } from './location.ts';
import { readSampleEntry, type SampleEntry } from './sample-entry.ts';
import { type TopLevelBox, walkTopLevel } from './top-level.ts';

/** The index of an ISO base media or QuickTime file. Positions within `moov` are those of `moovBytes`. */
export type Movie = {
  /** The major brand of `ftyp`, such as `isom` or `qt  `; null without one (old QuickTime). */
  readonly brand: string | null;
  readonly fileSizeBytes: number;
  readonly topLevel: readonly TopLevelBox[];
  readonly moov: TopLevelBox;
  readonly moovBytes: Buffer;
  readonly moovAtEnd: boolean;
  /** Ticks per second of edit lists and of the movie's duration. */
  readonly timescale: number;
  readonly tracks: readonly MovieTrack[];
  /** Null for files that have all samples in their moov. */
  readonly fragments: Fragments | null;
  /** Boxes within moov that tell a place. */
  readonly locations: readonly Box[];
};

export type MovieTrack = {
  readonly index: number;
  readonly id: number;
  /** `vide`, `soun`, `text`, `sbtl`, … */
  readonly handler: string;
  readonly isEnabled: boolean;
  /** The 36 bytes of the display matrix, and where they lie within the file. */
  readonly matrix: Buffer;
  readonly matrixOffset: number;
  /** Presentation size of `tkhd`, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly timescale: number;
  /** Of the media, in ticks, as the header claims; null where it claims nothing. */
  readonly mediaDuration: number | null;
  /** Three letters, or null. */
  readonly language: string | null;
  readonly entry: SampleEntry | null;
  readonly edits: readonly Edit[];
  /** The sample table's box; null where there is none. */
  readonly stbl: Box | null;
};

/** One line of an edit list: `durationTicks` on the movie's clock, `mediaTime` on the track's, -1 for an empty edit. */
export type Edit = { readonly durationTicks: number; readonly mediaTime: number; readonly rate: number };

const MAX_MOOV_BYTES = 64 * 1024 * 1024;
const MAX_TRACKS = 64;

/** Null if the file is of another kind. Throws `damaged-media`, `encrypted` or `unsupported-media`. */
export async function readMovie(file: RandomAccess): Promise<Movie | null> {
  const topLevel = await walkTopLevel(file);
  if (topLevel === null) return null;
  const moov = topLevel.find(({ type }) => type === 'moov');
  if (moov === undefined) throw damaged('The file has no index (moov box).');
  if (moov.isCutOff) throw damaged('The file ends within its index (moov box).');
  const length = moov.end - moov.start;
  if (length > MAX_MOOV_BYTES)
    throw unsupported(`The index of the file has ${length} bytes, too many to be read.`);
  const moovBytes = Buffer.from(await file.read(moov.start, moov.end));
  if (moovBytes.length < length) throw damaged('The file ends within its index (moov box).');
  return orDamaged(async () => {
    const top = { body: moov.headerBytes, end: length };
    if (findBox(moovBytes, top, 'cmov') !== null)
      throw unsupported('The index of the file is compressed (cmov).');
    const mvhd = findBox(moovBytes, top, 'mvhd');
    const timescale =
      mvhd === null ? 0 : moovBytes.readUInt32BE(mvhd.body + (moovBytes[mvhd.body] === 1 ? 20 : 12));
    if (timescale === 0) throw damaged('The index of the file has no clock (mvhd).');
    const tracks = readTracks(moovBytes, top, moov.start);
    const mvex = findBox(moovBytes, top, 'mvex');
    const firstMedia = topLevel.findIndex(({ type }) => type === 'mdat');
    return {
      brand: await readBrand(file, topLevel),
      fileSizeBytes: file.sizeBytes,
      topLevel,
      moov,
      moovBytes,
      moovAtEnd: firstMedia >= 0 && firstMedia < topLevel.indexOf(moov),
      timescale,
      tracks,
      fragments: mvex === null ? null : await readFragments(file, topLevel, moovBytes, mvex, tracks),
      locations: findLocationBoxes(moovBytes, top),
    };
  });
}

/** Reads beyond a box's end surface as RangeErrors of Buffer: the box is shorter than its own format. */
export async function orDamaged<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof Problem || !(cause instanceof RangeError)) throw cause;
    throw damaged('The index of the file is damaged.', { cause });
  }
}

async function readBrand(file: RandomAccess, [first]: readonly TopLevelBox[]): Promise<string | null> {
  if (first?.type !== 'ftyp' || first.end - first.start < first.headerBytes + 4) return null;
  const start = first.start + first.headerBytes;
  return Buffer.from(await file.read(start, start + 4)).toString('latin1');
}

function readTracks(bytes: Buffer, top: Pick<Box, 'body' | 'end'>, moovStart: number): MovieTrack[] {
  const tracks: MovieTrack[] = [];
  for (const box of childBoxes(bytes, top.body, top.end)) {
    if (box.type !== 'trak') continue;
    if (tracks.length === MAX_TRACKS) throw unsupported(`The file has more than ${MAX_TRACKS} tracks.`);
    tracks.push(readTrack(bytes, box, tracks.length, moovStart));
  }
  return tracks;
}

function readTrack(bytes: Buffer, trak: Box, index: number, moovStart: number): MovieTrack {
  const tkhd = findBox(bytes, trak, 'tkhd');
  const mdhd = findBox(bytes, trak, 'mdia', 'mdhd');
  const hdlr = findBox(bytes, trak, 'mdia', 'hdlr');
  if (tkhd === null || mdhd === null || hdlr === null)
    throw damaged(`Track ${index} of the file has no header.`);
  const isLongHeader = bytes[tkhd.body] === 1;
  const matrixAt = tkhd.body + (isLongHeader ? 52 : 40);
  const isLongMedia = bytes[mdhd.body] === 1;
  const timescale = bytes.readUInt32BE(mdhd.body + (isLongMedia ? 20 : 12));
  if (timescale === 0) throw damaged(`Track ${index} of the file has no clock.`);
  const stbl = findBox(bytes, trak, 'mdia', 'minf', 'stbl');
  const stsd = stbl && findBox(bytes, stbl, 'stsd');
  const handler = bytes.toString('latin1', hdlr.body + 8, hdlr.body + 12);
  const entry = stsd && readSampleEntry(bytes, stsd, handler);
  if (entry?.isEncrypted) throw encrypted();
  return {
    index,
    id: bytes.readUInt32BE(tkhd.body + (isLongHeader ? 20 : 12)),
    handler,
    isEnabled: (bytes.readUInt32BE(tkhd.body) & 1) === 1,
    matrix: bytes.subarray(matrixAt, matrixAt + 36),
    matrixOffset: moovStart + matrixAt,
    width: bytes.readUInt32BE(matrixAt + 36) / 65_536,
    height: bytes.readUInt32BE(matrixAt + 40) / 65_536,
    timescale,
    mediaDuration: readDuration(bytes, mdhd.body + (isLongMedia ? 24 : 16), isLongMedia),
    language: readLanguage(bytes.readUInt16BE(mdhd.body + (isLongMedia ? 32 : 20))),
    entry,
    edits: readEdits(bytes, findBox(bytes, trak, 'edts', 'elst')),
    stbl,
  };
}

/** All ones stand for an unknown duration. */
function readDuration(bytes: Buffer, at: number, isLong: boolean): number | null {
  const value = isLong ? bytes.readBigUInt64BE(at) : BigInt(bytes.readUInt32BE(at));
  const unknown = isLong ? 0xffff_ffff_ffff_ffffn : 0xffff_ffffn;
  return value === unknown || value === 0n || value > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(value);
}

/** Packed ISO 639-2/T; QuickTime's Macintosh codes (below 0x400) are left out. */
function readLanguage(code: number): string | null {
  if (code < 0x400 || code === 0x7fff) return null;
  const letters = [10, 5, 0].map((shift) => String.fromCharCode(((code >> shift) & 31) + 0x60)).join('');
  return letters === 'und' || !/^[a-z]{3}$/.test(letters) ? null : letters;
}

function readEdits(bytes: Buffer, elst: Box | null): Edit[] {
  if (elst === null) return [];
  const isLong = bytes[elst.body] === 1;
  const stride = isLong ? 20 : 12;
  const count = Math.min(bytes.readUInt32BE(elst.body + 4), Math.floor((elst.end - elst.body - 8) / stride));
  return Array.from({ length: count }, (_, i) => {
    const at = elst.body + 8 + i * stride;
    return isLong
      ? {
          durationTicks: Number(bytes.readBigUInt64BE(at)),
          mediaTime: Number(bytes.readBigInt64BE(at + 8)),
          rate: bytes.readInt32BE(at + 16) / 65_536,
        }
      : {
          durationTicks: bytes.readUInt32BE(at),
          mediaTime: bytes.readInt32BE(at + 4),
          rate: bytes.readInt32BE(at + 8) / 65_536,
        };
  });
}
