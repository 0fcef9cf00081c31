import { unsupported } from '../../http/problem.ts';
import type { RandomAccess } from '../../source/bytes.ts';
import { type Box, childBoxes, countable, findBox } from './boxes.ts';
import type { MovieTrack } from './movie.ts';
import { hasSamples, readSampleTable, type SampleTable } from './sample-table.ts';
import type { TopLevelBox } from './top-level.ts';

/** What the fragments (moof boxes) of a file tell. */
export type Fragments = {
  /** By track id; null where the file has more fragments than are read. */
  readonly tables: ReadonlyMap<number, SampleTable> | null;
  /** `mehd`, in ticks of the movie's clock; null without one. */
  readonly durationTicks: number | null;
  /** The whole as `sidx` adds it up, in seconds; null without one. */
  readonly indexedSeconds: number | null;
};

type Defaults = { readonly duration: number; readonly size: number; readonly flags: number };
type Growing = {
  offsets: number[];
  sizes: number[];
  decodeTimes: number[];
  compositionOffsets: number[];
  sync: number[];
  next: number;
  lastDuration: number;
};

/** Of all `moof` boxes together. */
const MAX_INDEX_BYTES = 64 * 1024 * 1024;
/** Of all tracks together: they are gathered in arrays that grow. */
const MAX_SAMPLES = 2_000_000;
/** A `sidx` has at most 65,535 entries, and a file is told enough about by the first few. */
const MAX_SIDX_BYTES = 800 * 1024;
const MAX_SIDX_BOXES = 64;
const NON_SYNC = 0x10000;

/** Reads the fragments of a file whose top level has been walked to its end (ISO/IEC 14496-12 §8.8). */
export async function readFragments(
  file: RandomAccess,
  topLevel: readonly TopLevelBox[],
  moov: Buffer,
  mvex: Box,
  tracks: readonly MovieTrack[],
): Promise<Fragments> {
  const mehd = findBox(moov, mvex, 'mehd');
  const isLong = mehd !== null && moov[mehd.body] === 1;
  const durationTicks =
    mehd && (isLong ? Number(moov.readBigUInt64BE(mehd.body + 4)) : moov.readUInt32BE(mehd.body + 4));
  const isWhole = (topLevel.at(-1)?.end ?? 0) + 8 > file.sizeBytes;
  const moofs = topLevel.filter(({ type, isCutOff }) => type === 'moof' && !isCutOff);
  const indexBytes = moofs.reduce((sum, { start, end }) => sum + end - start, 0);
  if (!isWhole || indexBytes > MAX_INDEX_BYTES) {
    return { tables: null, durationTicks, indexedSeconds: await readIndexes(file, topLevel) };
  }
  const defaults = readDefaults(moov, mvex, new Set(tracks.map(({ id }) => id)));
  const growing = new Map<number, Growing>();
  for (const track of tracks) growing.set(track.id, firstSamples(moov, track, file.sizeBytes));
  for (const box of moofs) {
    const bytes = Buffer.from(await file.read(box.start, box.end));
    if (bytes.length < box.end - box.start) break;
    readFragment(bytes, box, defaults, growing, file.sizeBytes);
    if ([...growing.values()].reduce((sum, { sizes }) => sum + sizes.length, 0) > MAX_SAMPLES) {
      throw unsupported(`The file has more than ${MAX_SAMPLES} samples in its fragments.`);
    }
  }
  const tables = new Map([...growing].map(([id, table]) => [id, freeze(table)]));
  return { tables, durationTicks, indexedSeconds: null };
}

/** Some writers put the first samples into the moov, where all other files have them. */
function firstSamples(moovBytes: Buffer, track: MovieTrack, fileSizeBytes: number): Growing {
  const table = hasSamples(moovBytes, [track]) ? readSampleTable({ moovBytes, fileSizeBytes }, track) : null;
  const lastTime = table?.decodeTimes[table.count - 1] ?? 0;
  const lastDuration = table?.lastDuration ?? 0;
  return {
    offsets: [...(table?.offsets ?? [])],
    sizes: [...(table?.sizes ?? [])],
    decodeTimes: [...(table?.decodeTimes ?? [])],
    compositionOffsets: [...(table?.compositionOffsets ?? [])],
    sync: [...(table?.sync ?? [])],
    next: lastTime + lastDuration,
    lastDuration,
  };
}

function freeze(table: Growing): SampleTable {
  return {
    count: table.sizes.length,
    offsets: Float64Array.from(table.offsets),
    sizes: Uint32Array.from(table.sizes),
    decodeTimes: Float64Array.from(table.decodeTimes),
    lastDuration: table.lastDuration,
    compositionOffsets: Int32Array.from(table.compositionOffsets),
    sync: Uint8Array.from(table.sync),
  };
}

function readDefaults(moov: Buffer, mvex: Box, ids: ReadonlySet<number>): Map<number, Defaults> {
  const defaults = new Map<number, Defaults>();
  for (const { type, body } of childBoxes(moov, mvex.body, mvex.end)) {
    const id = type === 'trex' ? moov.readUInt32BE(body + 4) : 0;
    if (!ids.has(id)) continue;
    defaults.set(id, {
      duration: moov.readUInt32BE(body + 12),
      size: moov.readUInt32BE(body + 16),
      flags: moov.readUInt32BE(body + 20),
    });
  }
  return defaults;
}

function readFragment(
  bytes: Buffer,
  moof: TopLevelBox,
  trackDefaults: ReadonlyMap<number, Defaults>,
  growing: ReadonlyMap<number, Growing>,
  fileSizeBytes: number,
): void {
  let endOfLast = moof.start;
  for (const traf of childBoxes(bytes, moof.headerBytes, bytes.length)) {
    const tfhd = traf.type === 'traf' ? findBox(bytes, traf, 'tfhd') : null;
    if (tfhd === null) continue;
    const flags = bytes.readUInt32BE(tfhd.body) & 0xffffff;
    const id = bytes.readUInt32BE(tfhd.body + 4);
    const table = growing.get(id);
    const base = trackDefaults.get(id) ?? { duration: 0, size: 0, flags: 0 };
    let at = tfhd.body + 8;
    const read32 = (mask: number, fallback: number) => {
      if ((flags & mask) === 0) return fallback;
      at += 4;
      return bytes.readUInt32BE(at - 4);
    };
    let dataBase = flags & 0x20000 ? moof.start : endOfLast;
    if (flags & 1) {
      dataBase = Number(bytes.readBigUInt64BE(at));
      at += 8;
    }
    read32(2, 0);
    const defaults = {
      duration: read32(8, base.duration),
      size: read32(16, base.size),
      flags: read32(32, base.flags),
    };
    const tfdt = findBox(bytes, traf, 'tfdt');
    if (table === undefined) continue;
    if (tfdt !== null) {
      const isLong = bytes[tfdt.body] === 1;
      table.next = isLong
        ? countable(bytes.readBigUInt64BE(tfdt.body + 4))
        : bytes.readUInt32BE(tfdt.body + 4);
    }
    endOfLast = dataBase;
    for (const trun of childBoxes(bytes, traf.body, traf.end)) {
      if (trun.type === 'trun')
        endOfLast = readRun(bytes, trun, dataBase, endOfLast, defaults, table, fileSizeBytes);
    }
  }
}

/** Returns where the run's data ends. Samples outside the file end the run: a cut-off file has what it has. */
function readRun(
  bytes: Buffer,
  trun: Box,
  dataBase: number,
  follow: number,
  defaults: Defaults,
  table: Growing,
  fileSizeBytes: number,
): number {
  const flags = bytes.readUInt32BE(trun.body) & 0xffffff;
  const count = bytes.readUInt32BE(trun.body + 4);
  let at = trun.body + 8;
  let position = follow;
  if (flags & 1) {
    position = dataBase + bytes.readInt32BE(at);
    at += 4;
  }
  const firstFlags = flags & 4 ? bytes.readUInt32BE(at) : null;
  if (flags & 4) at += 4;
  const read32 = (mask: number, fallback: number) => {
    if ((flags & mask) === 0) return fallback;
    at += 4;
    return bytes.readUInt32BE(at - 4);
  };
  for (let i = 0; i < count; i++) {
    const duration = read32(0x100, defaults.duration);
    const size = read32(0x200, defaults.size);
    const own = read32(0x400, i === 0 && firstFlags !== null ? firstFlags : defaults.flags);
    const composition = read32(0x800, 0) | 0;
    if (position < 0 || position + size > fileSizeBytes || table.sizes.length > MAX_SAMPLES) break;
    table.offsets.push(position);
    table.sizes.push(size);
    table.decodeTimes.push(table.next);
    table.compositionOffsets.push(composition);
    table.sync.push(own & NON_SYNC ? 0 : 1);
    table.next += duration;
    table.lastDuration = duration;
    position += size;
  }
  return position;
}

/** The seconds that the segment indexes before the media add up to (§8.16.3); chained ones are not followed. */
async function readIndexes(file: RandomAccess, topLevel: readonly TopLevelBox[]): Promise<number | null> {
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
