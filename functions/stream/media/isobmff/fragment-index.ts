import type { RandomAccess } from '../../source/bytes.ts';
import { childBoxes } from '../boxes/boxes.ts';
import type { MovieTrack } from './movie.ts';
import { type Defaults, emptyTable, type Growing, readFragment } from './read-fragment.ts';
import type { TopLevelBox } from './top-level.ts';

/** A `sidx` has at most 65,535 entries, and the first few tell enough about a file. */
const MAX_SIDX_BYTES = 800 * 1024;
const MAX_SIDX_BOXES = 64;
const MAX_MFRA_BYTES = 4 * 1024 * 1024;
const MAX_MOOF_BYTES = 4 * 1024 * 1024;

/** Sums the seconds of the segment indexes before the media (§8.16.3); chained ones are not followed. */
export async function indexedSeconds(
  file: RandomAccess,
  topLevel: readonly TopLevelBox[],
): Promise<number | null> {
  let seconds: number | null = null;
  const indexes = topLevel.filter(({ type }) => type === 'sidx').slice(0, MAX_SIDX_BOXES);
  for (const { start, end, headerBytes } of indexes) {
    const bytes = Buffer.from(await file.read(start + headerBytes, Math.min(end, start + MAX_SIDX_BYTES)));
    const timescale = bytes.readUInt32BE(8);
    const entriesAt = bytes[0] === 1 ? 28 : 20;
    const count = Math.min(
      bytes.readUInt16BE(entriesAt + 2),
      Math.floor((bytes.length - entriesAt - 4) / 12),
    );
    let ticks = 0;
    let isFlat = true;
    for (let i = 0; i < count; i++) {
      const entry = entriesAt + 4 + i * 12;
      isFlat &&= (bytes.readUInt32BE(entry) & 0x8000_0000) === 0;
      ticks += bytes.readUInt32BE(entry + 4);
    }
    if (timescale > 0 && isFlat) seconds = Math.max(seconds ?? 0, ticks / timescale);
  }
  return seconds;
}

/**
 * Returns the seconds from the first fragment to the end of the last one in the random access boxes at the
 * file's end (§8.8.10), for a file that is too long to be walked. Null without them.
 */
export async function secondsBetween(
  file: RandomAccess,
  firstMoof: TopLevelBox,
  defaults: ReadonlyMap<number, Defaults>,
  tracks: readonly MovieTrack[],
): Promise<number | null> {
  const first = await fragmentTables(file, firstMoof.start, defaults, tracks);
  let begin = Number.POSITIVE_INFINITY;
  let end = 0;
  for (const { id, timescale } of tracks) {
    const [start] = first.get(id)?.decodeTimes ?? [];
    if (start !== undefined) begin = Math.min(begin, start / timescale);
  }
  for (const moofAt of await lastFragments(file)) {
    const last = await fragmentTables(file, moofAt, defaults, tracks);
    for (const { id, timescale } of tracks) end = Math.max(end, (last.get(id)?.next ?? 0) / timescale);
  }
  return end > begin ? end - begin : null;
}

/** Returns the samples of the fragment at `start`, by track id; none if there is no fragment. */
export async function fragmentTables(
  file: RandomAccess,
  start: number,
  defaults: ReadonlyMap<number, Defaults>,
  tracks: readonly MovieTrack[],
): Promise<ReadonlyMap<number, Growing>> {
  const tables = new Map(tracks.map(({ id }) => [id, emptyTable()]));
  const header = Buffer.from(await file.read(start, start + 8));
  const size = header.length === 8 ? header.readUInt32BE(0) : 0;
  if (header.toString('latin1', 4) !== 'moof' || size < 8 || size > MAX_MOOF_BYTES) return tables;
  const bytes = Buffer.from(await file.read(start, start + size));
  if (bytes.length < size) return tables;
  const box = { type: 'moof', start, headerBytes: 8, end: start + size, isCutOff: false };
  readFragment(bytes, box, defaults, tables, file.sizeBytes);
  return tables;
}

/** A fragment at which decoding can begin. `time` is in ticks of the track's clock. */
export type FragmentEntry = { readonly time: number; readonly moofAt: number };

/** Returns where the last fragment of each track begins, by `mfra`. */
async function lastFragments(file: RandomAccess): Promise<readonly number[]> {
  const places = new Set<number>();
  for (const entry of await randomAccessEntries(file)) {
    const last = entry.at(entry.count - 1);
    if (entry.count > 0) places.add(last.moofAt);
  }
  return [...places].filter((place) => place < file.sizeBytes).slice(0, 64);
}

type TrackEntries = { readonly trackId: number; readonly count: number; at(index: number): FragmentEntry };

/** Reads the random access boxes at the file's end (§8.8.10); none without them. */
export async function randomAccessEntries(file: RandomAccess): Promise<readonly TrackEntries[]> {
  const tail = Buffer.from(await file.read(Math.max(0, file.sizeBytes - 16), file.sizeBytes));
  if (tail.length < 16 || tail.toString('latin1', 4, 8) !== 'mfro') return [];
  const size = tail.readUInt32BE(12);
  if (size < 24 || size > Math.min(MAX_MFRA_BYTES, file.sizeBytes)) return [];
  const bytes = Buffer.from(await file.read(file.sizeBytes - size, file.sizeBytes));
  if (bytes.length < size || bytes.toString('latin1', 4, 8) !== 'mfra') return [];
  const tracks: TrackEntries[] = [];
  for (const { type, body, end } of childBoxes(bytes, 8, bytes.length)) {
    if (type !== 'tfra' || end - body < 16) continue;
    const lengths = bytes.readUInt32BE(body + 8);
    const isLong = bytes[body] === 1;
    const numbers = ((lengths >> 4) & 3) + ((lengths >> 2) & 3) + (lengths & 3) + 3;
    const stride = (isLong ? 16 : 8) + numbers;
    const count = Math.min(bytes.readUInt32BE(body + 12), Math.floor((end - body - 16) / stride));
    const trackId = bytes.readUInt32BE(body + 4);
    const number = (at: number, place: number) =>
      isLong ? Number(bytes.readBigUInt64BE(at + 8 * place)) : bytes.readUInt32BE(at + 4 * place);
    tracks.push({
      trackId,
      count,
      at(index) {
        const at = body + 16 + index * stride;
        return { time: number(at, 0), moofAt: number(at, 1) };
      },
    });
  }
  return tracks;
}
