import { type Box, childBoxes, countable, findBox } from '../boxes/boxes.ts';
import type { TopLevelBox } from './top-level.ts';

/** Defaults of `trex` and `tfhd` for samples without values of their own. */
export type Defaults = { readonly duration: number; readonly size: number; readonly flags: number };
/** The samples of one track in the fragments read; `next` is the decode time of the next sample. */
export type Growing = {
  offsets: number[];
  sizes: number[];
  decodeTimes: number[];
  compositionOffsets: number[];
  sync: number[];
  next: number;
  lastDuration: number;
};

/**
 * The most samples of one track in one fragment: half an hour of the smallest packets. They are gathered in
 * arrays that grow.
 */
export const MAX_FRAGMENT_SAMPLES = 500_000;
const NON_SYNC = 0x10000;

export function emptyTable(): Growing {
  return {
    offsets: [],
    sizes: [],
    decodeTimes: [],
    compositionOffsets: [],
    sync: [],
    next: 0,
    lastDuration: 0,
  };
}

export function readDefaults(moov: Buffer, mvex: Box, ids: ReadonlySet<number>): Map<number, Defaults> {
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

/** Adds a fragment's samples to the tables of their tracks (ISO/IEC 14496-12 §8.8). */
export function readFragment(
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

/**
 * Reads a run and returns where its data ends. Samples outside the file end the run: a cut-off file has what
 * it has.
 */
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
    if (position < 0 || position + size > fileSizeBytes || table.sizes.length > MAX_FRAGMENT_SAMPLES) break;
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
