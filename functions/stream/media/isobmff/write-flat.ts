import { damaged } from '../../base/problem.ts';
import { box, fullBox, text, uint32, uint64 } from '../boxes/write-box.ts';
import type { SampleColumns, SampleLog } from './sample-log.ts';
import { movieTimescale, mvhd, trak } from './track-boxes.ts';

/**
 * Writes the start of an MP4 whose index precedes its media (ISO/IEC 14496-12): `ftyp`, `moov` and the header
 * of the `mdat`, before the `mediaBytes` that the logs describe. The total length is known. Throws
 * `damaged-media` if there is no sample, or if times run backwards.
 */
export function flatHead(logs: readonly SampleLog[], mediaBytes: number): Buffer {
  const tracks = logs.filter(({ sizes }) => sizes.length > 0);
  if (tracks.length === 0) throw damaged('The media has nothing to write.');
  const ftyp = box('ftyp', text('isom'), uint32(512), text('isomiso2avc1mp41'));
  const mdat = mdatHeader(mediaBytes);
  const written = tracks.map((log) => ({ log, tables: sampleTables(log) }));
  const place = (isWide: boolean) => {
    const length = ftyp.length + moov(written, 0, isWide).length + mdat.length;
    return { length, build: () => Buffer.concat([ftyp, moov(written, length, isWide), mdat]) };
  };
  const narrow = place(false);
  return (narrow.length + mediaBytes > 0xffff_ffff ? place(true) : narrow).build();
}

/** Returns the seconds on the presentation's timeline. */
export function secondsOf({ head, decodeTimes, compositionOffsets, endTicks }: SampleLog): number {
  return (
    head.delaySeconds + presentedTicks({ head, decodeTimes, compositionOffsets, endTicks }) / head.timescale
  );
}

function mdatHeader(mediaBytes: number): Buffer {
  const short = mediaBytes + 8;
  return short > 0xffff_ffff
    ? Buffer.concat([uint32(1), text('mdat'), uint64(mediaBytes + 16)])
    : Buffer.concat([uint32(short), text('mdat')]);
}

/** A track with all of its sample table except the chunk offsets. */
type WrittenTrack = { readonly log: SampleLog; readonly tables: readonly Buffer[] };

function moov(tracks: readonly WrittenTrack[], mediaAt: number, isWide: boolean): Buffer {
  const clock = movieTimescale(tracks.map(({ log }) => log.head));
  const seconds = Math.max(...tracks.map(({ log }) => secondsOf(log)));
  return box(
    'moov',
    mvhd(clock, Math.round(seconds * clock), tracks.length + 1),
    ...tracks.map(({ log, tables: known }, i) =>
      trak(log.head, i + 1, clock, {
        boxes: [...known, chunkOffsets(log.chunks, mediaAt, isWide)],
        presentedTicks: presentedTicks(log),
        mediaTicks: log.endTicks - (log.decodeTimes[0] ?? 0),
      }),
    ),
  );
}

/** Returns the head's duration, or else that of the samples that are shown. */
function presentedTicks({
  head,
  decodeTimes,
  compositionOffsets,
  endTicks,
}: Pick<SampleLog, 'head' | 'decodeTimes' | 'compositionOffsets' | 'endTicks'>): number {
  if (head.durationTicks !== null) return head.durationTicks;
  const count = decodeTimes.length;
  let end = 0;
  // The sample shown last is among the last to be decoded.
  for (let i = Math.max(0, count - 64); i < count; i++) {
    const next = decodeTimes[i + 1] ?? endTicks;
    end = Math.max(end, next + (compositionOffsets[i] ?? 0));
  }
  // Times within the file count from its first sample.
  return Math.max(1, end - (decodeTimes[0] ?? 0) - head.mediaTime);
}

/** The boxes of a sample table after `stsd`, without the chunk offsets. */
export function sampleTables(log: SampleColumns): Buffer[] {
  const { sizes, compositionOffsets, sync, chunks } = log;
  const hasOffsets = compositionOffsets.some((ticks) => ticks !== 0);
  const isSigned = compositionOffsets.some((ticks) => ticks < 0);
  const keys = sync.flatMap((isSync, i) => (isSync ? [i + 1] : []));
  return [
    runTable('stts', 0, durations(log)),
    ...(hasOffsets ? [runTable('ctts', isSigned ? 1 : 0, compositionOffsets)] : []),
    // Without the table, decoding can begin with every sample (§8.6.2).
    ...(keys.length === sync.length ? [] : [fullBox('stss', 0, 0, uint32(keys.length), numbers(keys))]),
    chunkRuns(chunks),
    fullBox('stsz', 0, 0, uint32(0, sizes.length), numbers(sizes)),
  ];
}

function* durations({
  decodeTimes,
  endTicks,
}: Pick<SampleColumns, 'decodeTimes' | 'endTicks'>): Generator<number, void, void> {
  for (const [i, time] of decodeTimes.entries()) {
    const ticks = (decodeTimes[i + 1] ?? endTicks) - time;
    if (ticks < 0 || ticks > 0xffff_ffff) throw damaged('The times of this media make no sense.');
    yield ticks;
  }
}

/** Writes a table of runs: how many samples in a row have a value, and the value. */
function runTable(type: string, version: number, values: Iterable<number>): Buffer {
  // One list for all of them: pairs of their own would take ten times the memory.
  const entries: number[] = [];
  for (const value of values) {
    const last = entries.length - 2;
    if (last >= 0 && entries[last + 1] === value) entries[last] = (entries[last] ?? 0) + 1;
    else entries.push(1, value);
  }
  return fullBox(type, version, 0, uint32(entries.length / 2), numbers(entries));
}

function chunkRuns(chunks: SampleLog['chunks']): Buffer {
  let before = 0;
  const entries = chunks.flatMap(({ count }, i) => {
    if (count === before) return [];
    before = count;
    return [i + 1, count, 1];
  });
  return fullBox('stsc', 0, 0, uint32(entries.length / 3), numbers(entries));
}

/** Writes the places of chunks, which are counted from `mediaAt`. */
export function chunkOffsets(chunks: SampleLog['chunks'], mediaAt: number, isWide: boolean): Buffer {
  const bytes = Buffer.alloc(chunks.length * (isWide ? 8 : 4));
  for (const [i, { offset }] of chunks.entries()) {
    if (isWide) bytes.writeBigUInt64BE(BigInt(mediaAt + offset), i * 8);
    // The wide form serves offsets that do not fit.
    else bytes.writeUInt32BE((mediaAt + offset) % 0x1_0000_0000, i * 4);
  }
  return fullBox(isWide ? 'co64' : 'stco', 0, 0, uint32(chunks.length), bytes);
}

/** Writes lists like `uint32`, which are too long for arguments. */
function numbers(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, i * 4);
  return bytes;
}
