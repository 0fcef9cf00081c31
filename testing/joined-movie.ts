import { readFile } from 'node:fs/promises';
import { childBoxes, findBox } from '../functions/stream/media/boxes/boxes.ts';
import { box, fullBox, uint32 } from '../functions/stream/media/boxes/write-box.ts';
import { tableOf } from '../functions/stream/media/isobmff/describe-movie.ts';
import { type MovieTrack, type ReadMovie, readMovie } from '../functions/stream/media/isobmff/movie.ts';

type Part = { readonly bytes: Buffer; readonly movie: ReadMovie };

/**
 * Returns two MP4 files with tracks of the same kinds and clocks as one, the second after the first, without
 * decoding them: a track whose coding differs has two sample entries.
 */
export async function joinedMovie(...paths: readonly [string, string]): Promise<Buffer> {
  const parts: Part[] = [];
  for (const path of paths) {
    const bytes = await readFile(path);
    const movie = await readMovie({
      sizeBytes: bytes.length,
      read: async (start, end) => bytes.subarray(start, end),
    });
    if (movie === null) throw new Error(`${path} is no MP4 file.`);
    parts.push({ bytes, movie });
  }
  const [first] = parts;
  const { movie } = first ?? {};
  if (movie === undefined) throw new Error('There are no files.');
  const written = movie.tracks.map((track) => samplesOf(parts, track));
  const media = Buffer.concat(written.flatMap(({ data }) => data));
  const ftyp = Buffer.from(first?.bytes.subarray(0, first.bytes.readUInt32BE(0)) ?? []);
  const moov = (mediaAt: number) => {
    let at = mediaAt;
    const traks = written.map(({ track, data, boxes }) => {
      const trak = trakOf(movie, track, boxes(at));
      at += data.reduce((sum, { length }) => sum + length, 0);
      return trak;
    });
    const mvhd = findBox(movie.moovBytes, topOf(movie), 'mvhd');
    return box('moov', bytesOf(movie, mvhd), ...traks);
  };
  const start = ftyp.length + moov(0).length + 8;
  return Buffer.concat([ftyp, moov(start), box('mdat', media)]);
}

const topOf = ({ moov, moovBytes }: ReadMovie) => ({ body: moov.headerBytes, end: moovBytes.length });
const bytesOf = ({ moovBytes }: ReadMovie, found: { start: number; end: number } | null) =>
  found === null ? Buffer.alloc(0) : moovBytes.subarray(found.start, found.end);

/** Returns a track of all parts: its samples, and its sample table for media at a place. */
function samplesOf(parts: readonly Part[], track: MovieTrack) {
  const data: Buffer[] = [];
  const durations: number[] = [];
  const offsets: number[] = [];
  const sync: number[] = [];
  const entries: Buffer[] = [];
  const descriptions: number[] = [];
  for (const { bytes, movie } of parts) {
    const own = movie.tracks[track.index];
    const table = own && tableOf(movie, own);
    if (!own?.entry || !table) throw new Error('The files have different tracks.');
    const { entry } = own;
    let description = entries.findIndex((known) => known.equals(entry.bytes));
    if (description < 0) description = entries.push(entry.bytes) - 1;
    for (let i = 0; i < table.count; i++) {
      const offset = table.offsets.at(i);
      data.push(bytes.subarray(offset, offset + table.sizes.at(i)));
      const next = i + 1 < table.count ? table.decodeTimes.at(i + 1) : null;
      durations.push(next === null ? table.lastDuration : next - table.decodeTimes.at(i));
      offsets.push(table.compositionOffsets.at(i));
      if (table.sync.at(i) === 1) sync.push(data.length);
      descriptions.push(description + 1);
    }
  }
  const each = (values: readonly number[]) => values.flatMap((value) => [1, value]);
  const runs = [...descriptions.keys()].filter((i) => descriptions[i] !== descriptions[i - 1]);
  const boxes = (mediaAt: number) => {
    let at = mediaAt;
    const places = data.map(({ length }) => {
      at += length;
      return at - length;
    });
    return box(
      'stbl',
      fullBox('stsd', 0, 0, uint32(entries.length), ...entries),
      fullBox('stts', 0, 0, uint32(data.length, ...each(durations))),
      fullBox('ctts', 0, 0, uint32(data.length, ...each(offsets))),
      ...(sync.length === data.length ? [] : [fullBox('stss', 0, 0, uint32(sync.length, ...sync))]),
      // A chunk for each sample.
      fullBox('stsc', 0, 0, uint32(runs.length, ...runs.flatMap((i) => [i + 1, 1, descriptions[i] ?? 1]))),
      fullBox('stsz', 0, 0, uint32(0, data.length, ...data.map(({ length }) => length))),
      fullBox('stco', 0, 0, uint32(places.length, ...places)),
    );
  };
  const ticks = durations.reduce((sum, duration) => sum + duration, 0);
  return { track: { ...track, ticks }, data, boxes };
}

/** Copies a track's box with another sample table, for as long as its samples last. */
function trakOf(
  movie: ReadMovie,
  { trak, timescale, ticks }: MovieTrack & { readonly ticks: number },
  stbl: Buffer,
) {
  const { moovBytes } = movie;
  const copy = (parent: { body: number; end: number }, type: string): Buffer => {
    const children = [...childBoxes(moovBytes, parent.body, parent.end)].map((child) => {
      if (child.type === 'stbl') return stbl;
      if (['mdia', 'minf', 'edts'].includes(child.type)) return copy(child, child.type);
      const bytes = Buffer.from(moovBytes.subarray(child.start, child.end));
      if (child.type === 'elst') bytes.writeUInt32BE(Math.round((ticks / timescale) * movie.timescale), 16);
      if (child.type === 'mdhd') bytes.writeUInt32BE(ticks, 24);
      return bytes;
    });
    return box(type, ...children);
  };
  return copy(trak, 'trak');
}
