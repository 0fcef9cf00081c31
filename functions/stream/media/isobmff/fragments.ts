import { unsupported } from '../../http/problem.ts';
import type { RandomAccess } from '../../source/bytes.ts';
import { type Box, findBox } from './boxes.ts';
import { indexedSeconds, secondsBetween } from './fragment-index.ts';
import type { MovieTrack } from './movie.ts';
import {
  emptyTable,
  freeze,
  type Growing,
  MAX_SAMPLES,
  readDefaults,
  readFragment,
} from './read-fragment.ts';
import { hasSamples, readSampleTable, type SampleTable } from './sample-table.ts';
import type { TopLevel } from './top-level.ts';

/** What the fragments (moof boxes) of a file tell. */
export type Fragments = {
  /** By track id; null where the file has more fragments than are read. */
  readonly tables: ReadonlyMap<number, SampleTable> | null;
  /** `mehd`, in ticks of the movie's clock; null without one. */
  readonly durationTicks: number | null;
  /** The whole as `sidx` or `mfra` tells it, in seconds, where the fragments are not read; else null. */
  readonly indexedSeconds: number | null;
};

/** Of all `moof` boxes together. */
const MAX_INDEX_BYTES = 64 * 1024 * 1024;

/** Reads the fragments of a file (ISO/IEC 14496-12 §8.8), or where they are too many, what tells their length. */
export async function readFragments(
  file: RandomAccess,
  { boxes: topLevel, isWhole }: TopLevel,
  moov: Buffer,
  mvex: Box,
  tracks: readonly MovieTrack[],
): Promise<Fragments> {
  const mehd = findBox(moov, mvex, 'mehd');
  const isLong = mehd !== null && moov[mehd.body] === 1;
  const durationTicks =
    mehd && (isLong ? Number(moov.readBigUInt64BE(mehd.body + 4)) : moov.readUInt32BE(mehd.body + 4));
  const defaults = readDefaults(moov, mvex, new Set(tracks.map(({ id }) => id)));
  const moofs = topLevel.filter(({ type, isCutOff }) => type === 'moof' && !isCutOff);
  const indexBytes = moofs.reduce((sum, { start, end }) => sum + end - start, 0);
  if (!isWhole || indexBytes > MAX_INDEX_BYTES) {
    const [first] = moofs;
    const seconds =
      (await indexedSeconds(file, topLevel)) ??
      (first === undefined ? null : await secondsBetween(file, first, defaults, tracks));
    return { tables: null, durationTicks, indexedSeconds: seconds };
  }
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
  if (!hasSamples(moovBytes, [track])) return emptyTable();
  const table = readSampleTable({ moovBytes, fileSizeBytes }, track);
  return {
    offsets: [...table.offsets],
    sizes: [...table.sizes],
    decodeTimes: [...table.decodeTimes],
    compositionOffsets: [...table.compositionOffsets],
    sync: [...table.sync],
    next: (table.decodeTimes[table.count - 1] ?? 0) + table.lastDuration,
    lastDuration: table.lastDuration,
  };
}
