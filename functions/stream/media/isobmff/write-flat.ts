import { damaged } from '../../base/problem.ts';
import { box, fullBox, text, uint32, uint64 } from '../boxes/write-box.ts';
import type { SampleLog } from './sample-log.ts';
import { movieTimescale, mvhd, trak } from './track-boxes.ts';

/**
 * The start of an MP4 whose index is in front of its media (ISO/IEC 14496-12): `ftyp`, `moov` and the header of the
 * `mdat`, behind which `mediaBytes` follow that the logs tell of. The length of all is known. Throws `damaged-media`
 * where there is no sample, or where times run backwards.
 */
export function flatHead(logs: readonly SampleLog[], mediaBytes: number): Buffer {
  const tracks = logs.filter(({ sizes }) => sizes.length > 0);
  if (tracks.length === 0) throw damaged('The media holds nothing that can be written.');
  const ftyp = box('ftyp', text('isom'), uint32(512), text('isomiso2avc1mp41'));
  const mdat = mdatHeader(mediaBytes);
  const place = (isWide: boolean) => {
    const length = ftyp.length + moov(tracks, 0, isWide).length + mdat.length;
    return Buffer.concat([ftyp, moov(tracks, length, isWide), mdat]);
  };
  const narrow = place(false);
  return narrow.length + mediaBytes > 0xffff_ffff ? place(true) : narrow;
}

/** On the presentation's timeline. */
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

function moov(logs: readonly SampleLog[], mediaAt: number, isWide: boolean): Buffer {
  const clock = movieTimescale(logs.map(({ head }) => head));
  const seconds = Math.max(...logs.map(secondsOf));
  return box(
    'moov',
    mvhd(clock, Math.round(seconds * clock), logs.length + 1),
    ...logs.map((log, i) =>
      trak(log.head, i + 1, clock, {
        boxes: tables(log, mediaAt, isWide),
        presentedTicks: presentedTicks(log),
        mediaTicks: log.endTicks - (log.decodeTimes[0] ?? 0),
      }),
    ),
  );
}

/** What the head says, or else what the samples last that are shown. */
function presentedTicks({
  head,
  decodeTimes,
  compositionOffsets,
  endTicks,
}: Pick<SampleLog, 'head' | 'decodeTimes' | 'compositionOffsets' | 'endTicks'>): number {
  if (head.durationTicks !== null) return head.durationTicks;
  const count = decodeTimes.length;
  let end = 0;
  // The last to be shown is among the last to be decoded.
  for (let i = Math.max(0, count - 64); i < count; i++) {
    const next = decodeTimes[i + 1] ?? endTicks;
    end = Math.max(end, next + (compositionOffsets[i] ?? 0));
  }
  // Times within the file count from its first sample.
  return Math.max(1, end - (decodeTimes[0] ?? 0) - head.mediaTime);
}

function tables(log: SampleLog, mediaAt: number, isWide: boolean): Buffer[] {
  const { sizes, compositionOffsets, sync, chunks } = log;
  const offsets = runs(compositionOffsets);
  const isSigned = compositionOffsets.some((ticks) => ticks < 0);
  const keys = sync.flatMap((isSync, i) => (isSync ? [i + 1] : []));
  return [
    runTable('stts', 0, runs(durations(log))),
    ...(offsets.every(([, ticks]) => ticks === 0) ? [] : [runTable('ctts', isSigned ? 1 : 0, offsets)]),
    // Without the table every sample is one with which decoding can begin (§8.6.2).
    ...(keys.length === sync.length ? [] : [fullBox('stss', 0, 0, uint32(keys.length), numbers(keys))]),
    chunkRuns(chunks),
    fullBox('stsz', 0, 0, uint32(0, sizes.length), numbers(sizes)),
    chunkOffsets(chunks, mediaAt, isWide),
  ];
}

function durations({ decodeTimes, endTicks }: SampleLog): number[] {
  return decodeTimes.map((time, i) => {
    const ticks = (decodeTimes[i + 1] ?? endTicks) - time;
    if (ticks < 0 || ticks > 0xffff_ffff) throw damaged('The times of this media make no sense.');
    return ticks;
  });
}

function runs(values: readonly number[]): [count: number, value: number][] {
  const made: [number, number][] = [];
  for (const value of values) {
    const last = made.at(-1);
    if (last?.[1] === value) last[0]++;
    else made.push([1, value]);
  }
  return made;
}

function runTable(type: string, version: number, entries: readonly [number, number][]): Buffer {
  return fullBox(type, version, 0, uint32(entries.length), numbers(entries.flat()));
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

function chunkOffsets(chunks: SampleLog['chunks'], mediaAt: number, isWide: boolean): Buffer {
  const bytes = Buffer.alloc(chunks.length * (isWide ? 8 : 4));
  for (const [i, { offset }] of chunks.entries()) {
    if (isWide) bytes.writeBigUInt64BE(BigInt(mediaAt + offset), i * 8);
    // Where it does not fit, the wide form is taken.
    else bytes.writeUInt32BE((mediaAt + offset) % 0x1_0000_0000, i * 4);
  }
  return fullBox(isWide ? 'co64' : 'stco', 0, 0, uint32(chunks.length), bytes);
}

/** `uint32` of lists that are too long for arguments. */
function numbers(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, i * 4);
  return bytes;
}
