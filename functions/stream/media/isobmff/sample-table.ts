import { damaged, unsupported } from '../../http/problem.ts';
import { type Box, findBox } from './boxes.ts';
import { audioCodecOf } from './codec.ts';
import type { Movie, MovieTrack } from './movie.ts';

/** The samples of one track in decode order, one array a property. Times are ticks of the track's clock. */
export type SampleTable = {
  readonly count: number;
  /** Positions in the file. */
  readonly offsets: Float64Array;
  readonly sizes: Uint32Array;
  readonly decodeTimes: Float64Array;
  /** One more than there are samples would end the last: its duration is kept apart. */
  readonly lastDuration: number;
  readonly compositionOffsets: Int32Array;
  readonly sync: Uint8Array;
};

/** Enough for ten days of sound; more is a file made to exhaust memory, or PCM with a sample for each moment. */
const MAX_SAMPLES = 4_000_000;

type Indexed = Pick<Movie, 'moovBytes' | 'fileSizeBytes'>;

/** Whether the moov itself holds samples, and not only fragments behind it do. */
export function hasSamples(moovBytes: Buffer, tracks: readonly MovieTrack[]): boolean {
  return tracks.some(({ stbl }) => claimedSamples(moovBytes, stbl) > 0);
}

/** Throws `unsupported-media` where the tables of all tracks together would take too much memory. */
export function refuseTooManySamples(moovBytes: Buffer, tracks: readonly MovieTrack[]): void {
  // PCM has one for each moment, and is described without them.
  const indexed = tracks.filter(({ entry }) => entry?.audio == null || audioCodecOf(entry) !== 'pcm');
  refuseTooMany(indexed.reduce((sum, { stbl }) => sum + claimedSamples(moovBytes, stbl), 0));
}

function claimedSamples(bytes: Buffer, stbl: Box | null): number {
  const box = stbl && (findBox(bytes, stbl, 'stsz') ?? findBox(bytes, stbl, 'stz2'));
  return box === null ? 0 : bytes.readUInt32BE(box.body + 8);
}

/**
 * Reads a track's sample table (ISO/IEC 14496-12 §8.6 and §8.7). Throws `damaged-media` where its parts disagree or
 * samples lie outside the file, `unsupported-media` for more than four million samples.
 */
export function readSampleTable(
  { moovBytes, fileSizeBytes }: Indexed,
  { stbl, index }: MovieTrack,
): SampleTable {
  if (stbl === null) throw damaged(`Track ${index} has no sample table.`);
  const part = (type: string) => findBox(moovBytes, stbl, type);
  const sizes = readSizes(moovBytes, part('stsz'), part('stz2'), fileSizeBytes);
  const count = sizes.length;
  const { decodeTimes, lastDuration } = readDecodeTimes(moovBytes, part('stts'), count);
  return {
    count,
    sizes,
    offsets: readOffsets(moovBytes, part('stsc'), part('stco'), part('co64'), sizes, fileSizeBytes),
    decodeTimes,
    lastDuration,
    compositionOffsets: readCompositionOffsets(moovBytes, part('ctts'), count),
    sync: readSync(moovBytes, part('stss'), count),
  };
}

/** Number of entries that a table of `stride` bytes an entry can really hold, at most what it claims. */
function entriesOf(bytes: Buffer, box: Box, stride: number): number {
  return Math.min(bytes.readUInt32BE(box.body + 4), Math.floor((box.end - box.body - 8) / stride));
}

function readSizes(bytes: Buffer, stsz: Box | null, stz2: Box | null, fileSizeBytes: number): Uint32Array {
  if (stsz !== null) {
    const constant = bytes.readUInt32BE(stsz.body + 4);
    const claimed = bytes.readUInt32BE(stsz.body + 8);
    if (constant !== 0) {
      refuseTooMany(claimed);
      if (claimed * constant > fileSizeBytes) throw outside();
      return new Uint32Array(claimed).fill(constant);
    }
    if (claimed > (stsz.end - stsz.body - 12) / 4) throw damaged('The list of sample sizes is cut off.');
    refuseTooMany(claimed);
    // Hundreds of thousands of them: a loop takes a third of what a mapping function does.
    const sizes = new Uint32Array(claimed);
    for (let i = 0; i < claimed; i++) sizes[i] = bytes.readUInt32BE(stsz.body + 12 + i * 4);
    return sizes;
  }
  if (stz2 === null) return new Uint32Array();
  const width = bytes[stz2.body + 7] ?? 0;
  const claimed = bytes.readUInt32BE(stz2.body + 8);
  const at = stz2.body + 12;
  if (![4, 8, 16].includes(width) || claimed * width > (stz2.end - at) * 8) {
    throw damaged('The list of sample sizes is cut off.');
  }
  refuseTooMany(claimed);
  return Uint32Array.from({ length: claimed }, (_, i) => {
    if (width === 16) return bytes.readUInt16BE(at + i * 2);
    if (width === 8) return bytes.readUInt8(at + i);
    const pair = bytes.readUInt8(at + (i >> 1));
    return i % 2 === 0 ? pair >> 4 : pair & 15;
  });
}

function refuseTooMany(count: number): void {
  if (count > MAX_SAMPLES)
    throw unsupported(`The file has ${count} samples, and at most ${MAX_SAMPLES} are handled.`);
}

const outside = () => damaged('The index points outside the file, which is cut off or damaged.');

function readOffsets(
  bytes: Buffer,
  stsc: Box | null,
  stco: Box | null,
  co64: Box | null,
  sizes: Uint32Array,
  fileSizeBytes: number,
): Float64Array {
  const offsets = new Float64Array(sizes.length);
  if (sizes.length === 0) return offsets;
  const chunks = co64 ?? stco;
  if (stsc === null || chunks === null) throw damaged('The index lacks the places of the samples.');
  const chunkCount = entriesOf(bytes, chunks, co64 ? 8 : 4);
  const chunkAt = (i: number) =>
    co64
      ? Number(bytes.readBigUInt64BE(chunks.body + 8 + i * 8))
      : bytes.readUInt32BE(chunks.body + 8 + i * 4);
  const runs = entriesOf(bytes, stsc, 12);
  let sample = 0;
  for (let run = 0; run < runs && sample < sizes.length; run++) {
    const at = stsc.body + 8 + run * 12;
    const first = bytes.readUInt32BE(at) - 1;
    const perChunk = bytes.readUInt32BE(at + 4);
    const next = run + 1 < runs ? bytes.readUInt32BE(at + 12) - 1 : chunkCount;
    if (first < 0 || next < first || perChunk === 0) throw damaged('The index of the chunks makes no sense.');
    for (let chunk = first; chunk < Math.min(next, chunkCount) && sample < sizes.length; chunk++) {
      let position = chunkAt(chunk);
      for (let i = 0; i < perChunk && sample < sizes.length; i++) {
        offsets[sample] = position;
        position += sizes[sample++] ?? 0;
      }
      if (position > fileSizeBytes) throw outside();
    }
  }
  if (sample < sizes.length) throw damaged('The index has fewer places than samples.');
  return offsets;
}

function readDecodeTimes(bytes: Buffer, stts: Box | null, count: number) {
  const decodeTimes = new Float64Array(count);
  let time = 0;
  let sample = 0;
  let duration = 0;
  for (const [length, delta] of runsOf(bytes, stts)) {
    // Some cameras write a small negative duration, which as an unsigned number is beyond 2^31.
    duration = delta > 0x7fff_ffff ? 0 : delta;
    for (let i = 0; i < length && sample < count; i++) {
      decodeTimes[sample++] = time;
      time += duration;
    }
  }
  if (sample < count) throw damaged('The index has fewer times than samples.');
  return { decodeTimes, lastDuration: duration };
}

function readCompositionOffsets(bytes: Buffer, ctts: Box | null, count: number): Int32Array {
  const offsets = new Int32Array(count);
  let sample = 0;
  // Version 0 is unsigned by the book, but signed in the files that need it.
  for (const [length, offset] of runsOf(bytes, ctts)) {
    const end = Math.min(count, sample + length);
    offsets.fill(offset | 0, sample, end);
    sample = end;
  }
  return offsets;
}

/** Pairs of a run's length and its value, as `stts` and `ctts` have them. */
export function* runsOf(
  bytes: Buffer,
  box: Box | null,
): Generator<[length: number, value: number], void, void> {
  if (box === null) return;
  const entries = entriesOf(bytes, box, 8);
  for (let i = 0; i < entries; i++) {
    const at = box.body + 8 + i * 8;
    yield [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)];
  }
}

function readSync(bytes: Buffer, stss: Box | null, count: number): Uint8Array {
  const sync = new Uint8Array(count);
  // Without the table, every sample is a sync sample (§8.6.2).
  if (stss === null) return sync.fill(1);
  const entries = entriesOf(bytes, stss, 4);
  for (let i = 0; i < entries; i++) {
    const sample = bytes.readUInt32BE(stss.body + 8 + i * 4) - 1;
    if (sample >= 0 && sample < count) sync[sample] = 1;
  }
  return sync;
}
