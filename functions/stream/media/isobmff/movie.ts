import { damaged, encrypted, unsupported } from '../../base/problem.ts';
import type { RandomAccess } from '../../source/bytes.ts';
import { asDamaged, type Box, childBoxes, countable, findBox } from '../boxes/boxes.ts';
import type { Chapter } from '../model/chapter.ts';
import { readChapterList } from './chapter-list.ts';
import { type Fragments, readFragments } from './fragments.ts';
import { findLocations, type Locations } from './location.ts';
import { readSampleEntry, type SampleEntry } from './sample-entry.ts';
import { hasSamples, refuseTooManySamples } from './sample-table.ts';
import { type TopLevelBox, walkTopLevel } from './top-level.ts';
import { readUserData } from './user-data.ts';

/** The index of an ISO base media or QuickTime file. Positions within `moov` are those of `moovBytes`. */
export type Movie = {
  /** Null if it is too long to be held once the tables of its tracks were read. */
  readonly moovBytes: Buffer | null;
  /** The major brand of `ftyp`, such as `isom` or `qt  `; null without one (old QuickTime). */
  readonly brand: string | null;
  readonly fileSizeBytes: number;
  readonly topLevel: readonly TopLevelBox[];
  readonly moov: TopLevelBox;
  readonly moovAtEnd: boolean;
  /** Ticks per second of edit lists and of the movie's duration. */
  readonly timescale: number;
  readonly tracks: readonly MovieTrack[];
  /** Null for files with all samples in their moov. */
  readonly fragments: Fragments | null;
  readonly locations: Locations;
  /** Of Nero's list; a track of chapters is another form. */
  readonly chapters: readonly Chapter[];
};

export type MovieTrack = {
  readonly index: number;
  readonly id: number;
  /** `vide`, `soun`, `text`, `sbtl`, … */
  readonly handler: string;
  readonly isEnabled: boolean;
  /** The 36 bytes of the display matrix, and their offset in the file. */
  readonly matrix: Buffer;
  readonly matrixOffset: number;
  /** Presentation size of `tkhd`, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly timescale: number;
  /** Duration of the media by the header, in ticks; null if it has none. */
  readonly mediaDuration: number | null;
  /** Three letters, or null. */
  readonly language: string | null;
  /** Name and purpose in the track's user data, the purpose in the words of DASH. */
  readonly title: string | null;
  readonly roles: readonly string[];
  readonly entry: SampleEntry | null;
  readonly edits: readonly Edit[];
  /** The track's box and its sample table's; null if it has none. */
  readonly trak: Box;
  readonly stbl: Box | null;
  /** True for titles or images of another track's chapters (QuickTime's `chap` reference). */
  readonly isForChapters: boolean;
};

/**
 * One line of an edit list: `durationTicks` on the movie's clock, `mediaTime` on the track's, -1 for an empty
 * edit.
 */
export type Edit = { readonly durationTicks: number; readonly mediaTime: number; readonly rate: number };

const MAX_TRACKS = 64;
const MAX_EDITS = 4_096;

/** A movie just after reading. */
export type ReadMovie = Movie & { readonly moovBytes: Buffer };

/**
 * Reads a movie; null if the file is of another kind. Throws `damaged-media`, `encrypted` or
 * `unsupported-media`.
 */
export async function readMovie(file: RandomAccess): Promise<ReadMovie | null> {
  const walked = await walkTopLevel(file);
  if (walked === null) return null;
  const { boxes: topLevel } = walked;
  if (walked.moov === null) throw damaged('The file has no index (moov box).');
  const { box: moov, bytes: moovBytes } = walked.moov;
  try {
    const top = { body: moov.headerBytes, end: moovBytes.length };
    if (findBox(moovBytes, top, 'cmov') !== null)
      throw unsupported('The index of the file is compressed (cmov).');
    const mvhd = findBox(moovBytes, top, 'mvhd');
    const timescale =
      mvhd === null ? 0 : moovBytes.readUInt32BE(mvhd.body + (moovBytes[mvhd.body] === 1 ? 20 : 12));
    if (timescale === 0) throw damaged('The index of the file has no clock (mvhd).');
    const tracks = readTracks(moovBytes, top, moov.start);
    refuseTooManySamples(moovBytes, tracks);
    const mvex = findBox(moovBytes, top, 'mvex');
    const isFragmented =
      mvex !== null && (topLevel.some(({ type }) => type === 'moof') || !hasSamples(moovBytes, tracks));
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
      fragments: isFragmented ? await readFragments(file, walked, moovBytes, mvex, tracks) : null,
      locations: await findLocations(file, topLevel, moovBytes, top, tracks),
      chapters: readChapterList(moovBytes, top),
    };
  } catch (error) {
    throw asDamaged(error);
  }
}

async function readBrand(file: RandomAccess, [first]: readonly TopLevelBox[]): Promise<string | null> {
  if (first?.type !== 'ftyp' || first.end - first.start < first.headerBytes + 4) return null;
  const start = first.start + first.headerBytes;
  return Buffer.from(await file.read(start, start + 4)).toString('latin1');
}

function readTracks(bytes: Buffer, top: Pick<Box, 'body' | 'end'>, moovStart: number): MovieTrack[] {
  const boxes: Box[] = [];
  for (const box of childBoxes(bytes, top.body, top.end)) {
    if (box.type !== 'trak') continue;
    if (boxes.length === MAX_TRACKS) throw unsupported(`The file has more than ${MAX_TRACKS} tracks.`);
    boxes.push(box);
  }
  const chapters = new Set(boxes.flatMap((box) => chapterTracks(bytes, box)));
  return boxes.map((box, index) => readTrack(bytes, box, index, moovStart, chapters));
}

/** Returns the ids of tracks that `trak` names as its chapters. */
function chapterTracks(bytes: Buffer, trak: Box): number[] {
  const chap = findBox(bytes, trak, 'tref', 'chap');
  const count = chap === null ? 0 : Math.min(MAX_TRACKS, Math.floor((chap.end - chap.body) / 4));
  return Array.from({ length: count }, (_, i) => bytes.readUInt32BE((chap?.body ?? 0) + i * 4));
}

function readTrack(
  bytes: Buffer,
  trak: Box,
  index: number,
  moovStart: number,
  chapters: ReadonlySet<number>,
): MovieTrack {
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
  const read = stsd && readSampleEntry(...alone(bytes, stsd), handler);
  const entry = read && { ...read, startInIndex: read.startInIndex + stsd.start };
  if (entry?.isEncrypted) throw encrypted();
  const id = bytes.readUInt32BE(tkhd.body + (isLongHeader ? 20 : 12));
  return {
    index,
    id,
    handler,
    isEnabled: (bytes.readUInt32BE(tkhd.body) & 1) === 1,
    matrix: readMatrix(bytes, matrixAt),
    matrixOffset: moovStart + matrixAt,
    width: bytes.readUInt32BE(matrixAt + 36) / 65_536,
    height: bytes.readUInt32BE(matrixAt + 40) / 65_536,
    timescale,
    mediaDuration: readDuration(bytes, mdhd.body + (isLongMedia ? 24 : 16), isLongMedia),
    language: readLanguage(bytes.readUInt16BE(mdhd.body + (isLongMedia ? 32 : 20))),
    ...readUserData(bytes, findBox(bytes, trak, 'udta')),
    entry,
    edits: readEdits(bytes, findBox(bytes, trak, 'edts', 'elst')),
    trak,
    stbl,
    isForChapters: chapters.has(id),
  };
}

/** Copies a box, so that no dropped index stays in memory. */
function alone(bytes: Buffer, { type, start, body, end }: Box): [Buffer, Box] {
  return [Buffer.from(bytes.subarray(start, end)), { type, start: 0, body: body - start, end: end - start }];
}

function readMatrix(bytes: Buffer, at: number): Buffer {
  if (at + 36 > bytes.length) throw damaged('The header of a track is cut off.');
  return Buffer.from(bytes.subarray(at, at + 36));
}

/** Reads a duration; all ones stand for an unknown one. */
function readDuration(bytes: Buffer, at: number, isLong: boolean): number | null {
  const value = isLong ? bytes.readBigUInt64BE(at) : BigInt(bytes.readUInt32BE(at));
  const unknown = isLong ? 0xffff_ffff_ffff_ffffn : 0xffff_ffffn;
  return value === unknown || value === 0n || value > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(value);
}

/** Reads packed ISO 639-2/T; QuickTime's Macintosh codes (below 0x400) give null. */
function readLanguage(code: number): string | null {
  if (code < 0x400 || code === 0x7fff) return null;
  const letters = [10, 5, 0].map((shift) => String.fromCharCode(((code >> shift) & 31) + 0x60)).join('');
  return letters === 'und' || !/^[a-z]{3}$/.test(letters) ? null : letters;
}

function readEdits(bytes: Buffer, elst: Box | null): Edit[] {
  if (elst === null) return [];
  const isLong = bytes[elst.body] === 1;
  const stride = isLong ? 20 : 12;
  const fitting = Math.floor((elst.end - elst.body - 8) / stride);
  const count = Math.min(bytes.readUInt32BE(elst.body + 4), fitting, MAX_EDITS);
  return Array.from({ length: count }, (_, i) => {
    const at = elst.body + 8 + i * stride;
    return isLong
      ? {
          durationTicks: countable(bytes.readBigUInt64BE(at)),
          mediaTime: countable(bytes.readBigInt64BE(at + 8)),
          rate: bytes.readInt32BE(at + 16) / 65_536,
        }
      : {
          durationTicks: bytes.readUInt32BE(at),
          mediaTime: bytes.readInt32BE(at + 4),
          rate: bytes.readInt32BE(at + 8) / 65_536,
        };
  });
}
