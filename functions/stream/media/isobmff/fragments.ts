import { unsupported } from '../../base/problem.ts';
import type { RandomAccess } from '../../source/bytes.ts';
import { type Box, findBox } from '../boxes/boxes.ts';
import { indexedSeconds, secondsBetween } from './fragment-index.ts';
import type { MovieTrack } from './movie.ts';
import {
  type Defaults,
  emptyTable,
  type Growing,
  MAX_FRAGMENT_SAMPLES,
  readDefaults,
  readFragment,
} from './read-fragment.ts';
import { hasSamples, readSampleTable } from './sample-table.ts';
import { collectSamples, type SampleCollector, type SampleTable } from './samples.ts';
import type { TopLevel } from './top-level.ts';

/** The fragments (moof boxes) of a file. */
export type Fragments = {
  /** Tables by track id; null if the file has more fragments than are read. */
  readonly tables: ReadonlyMap<number, SampleTable> | null;
  /** The values of samples that have none of their own, by track id. */
  readonly defaults: ReadonlyMap<number, Defaults>;
  /** `mehd`, in ticks of the movie's clock; null without one. */
  readonly durationTicks: number | null;
  /** Duration by `sidx` or `mfra`, in seconds, if the fragments are not read; otherwise null. */
  readonly indexedSeconds: number | null;
};

/** Bytes of all `moof` boxes together. */
const MAX_INDEX_BYTES = 64 * 1024 * 1024;
/**
 * Samples without fields of their own take no bytes: beyond this count, each needs a byte of the fragments.
 */
const LEAST_SAMPLES = 2_000_000;

/** Reads the fragments of a file (ISO/IEC 14496-12 §8.8), or only their total length if they are too many. */
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
    return { tables: null, defaults, durationTicks, indexedSeconds: seconds };
  }
  const collected = new Map<number, Collected>();
  for (const track of tracks) collected.set(track.id, firstSamples(moov, track, file.sizeBytes));
  const most = LEAST_SAMPLES + indexBytes;
  for (const box of moofs) {
    const bytes = Buffer.from(await file.read(box.start, box.end));
    if (bytes.length < box.end - box.start) break;
    const growing = new Map([...collected].map(([id, { next }]) => [id, { ...emptyTable(), next }]));
    readFragment(bytes, box, defaults, growing, file.sizeBytes);
    for (const [id, table] of growing) collect(collected.get(id), table);
    if ([...collected.values()].reduce((sum, { samples }) => sum + samples.count, 0) > most) {
      throw unsupported(`The file has more than ${most} samples in its fragments.`);
    }
  }
  const read = [...collected].map(
    ([id, { samples, lastDuration }]) => [id, samples.table(lastDuration)] as const,
  );
  return { tables: new Map(read), defaults, durationTicks, indexedSeconds: null };
}

/** The fragments of one track so far; `next` is the decode time of the next sample. */
type Collected = { readonly samples: SampleCollector; next: number; lastDuration: number };

function collect(collected: Collected | undefined, { next, lastDuration, ...table }: Growing): void {
  if (collected === undefined) return;
  if (table.sizes.length > MAX_FRAGMENT_SAMPLES) {
    throw unsupported(`A fragment of the file has more than ${MAX_FRAGMENT_SAMPLES} samples.`);
  }
  for (const [i, size] of table.sizes.entries()) {
    collected.samples.add({
      offset: table.offsets[i] ?? 0,
      size,
      decodeTime: table.decodeTimes[i] ?? 0,
      compositionOffset: table.compositionOffsets[i] ?? 0,
      isSync: table.sync[i] === 1,
    });
  }
  collected.next = next;
  if (table.sizes.length > 0) collected.lastDuration = lastDuration;
}

/** Reads the first samples, which some writers put into the moov, where all other files have them. */
function firstSamples(moovBytes: Buffer, track: MovieTrack, fileSizeBytes: number): Collected {
  const samples = collectSamples();
  if (!hasSamples(moovBytes, [track])) return { samples, next: 0, lastDuration: 0 };
  const table = readSampleTable({ moovBytes, fileSizeBytes }, track);
  if (table.count > LEAST_SAMPLES + moovBytes.length) {
    throw unsupported(`The file has ${table.count} samples before its fragments, too many.`);
  }
  for (let i = 0; i < table.count; i++) {
    samples.add({
      offset: table.offsets.at(i),
      size: table.sizes.at(i),
      decodeTime: table.decodeTimes.at(i),
      compositionOffset: table.compositionOffsets.at(i),
      isSync: table.sync.at(i) === 1,
    });
  }
  const { lastDuration } = table;
  return { samples, next: table.decodeTimes.at(table.count - 1) + lastDuration, lastDuration };
}
