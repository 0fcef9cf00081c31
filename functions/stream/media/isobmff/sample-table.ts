import { damaged, unsupported } from '../../base/problem.ts';
import { type Box, findBox } from '../boxes/boxes.ts';
import { type PackedNumbers, packNumbers } from '../model/packed-numbers.ts';
import { audioCodecOf } from './codec.ts';
import type { MovieTrack } from './movie.ts';
import { type SampleTable, sampleTable } from './samples.ts';

/**
 * More samples than thirty hours of the fastest film and a dozen audio tracks have: a file that takes longer
 * to look through than to decode was crafted for it. The tables' bytes in the file bound the memory.
 */
const MAX_SAMPLES = 40_000_000;

type Indexed = { readonly moovBytes: Buffer; readonly fileSizeBytes: number };

/** Tells whether the moov itself holds samples, besides those of fragments after it. */
export function hasSamples(moovBytes: Buffer, tracks: readonly MovieTrack[]): boolean {
  return tracks.some(({ stbl }) => declaredSamples(moovBytes, stbl) > 0);
}

/** Throws `unsupported-media` if the tables of all tracks together would take too long to look through. */
export function refuseTooManySamples(moovBytes: Buffer, tracks: readonly MovieTrack[]): void {
  // PCM has a sample for each moment, and nothing looks through them.
  const indexed = tracks.filter(({ entry }) => entry?.audio == null || audioCodecOf(entry) !== 'pcm');
  const count = indexed.reduce((sum, { stbl }) => sum + declaredSamples(moovBytes, stbl), 0);
  if (count > MAX_SAMPLES)
    throw unsupported(`The file has ${count} samples, and at most ${MAX_SAMPLES} are handled.`);
}

function declaredSamples(bytes: Buffer, stbl: Box | null): number {
  const box = stbl && (findBox(bytes, stbl, 'stsz') ?? findBox(bytes, stbl, 'stz2'));
  return box === null ? 0 : bytes.readUInt32BE(box.body + 8);
}

/**
 * Reads a track's sample table (ISO/IEC 14496-12 §8.6 and §8.7). Throws `damaged-media` if its parts disagree
 * or samples lie outside the file.
 */
export function readSampleTable(
  { moovBytes, fileSizeBytes }: Indexed,
  { stbl, index }: MovieTrack,
): SampleTable {
  if (stbl === null) throw damaged(`Track ${index} has no sample table.`);
  const part = (type: string) => findBox(moovBytes, stbl, type);
  const sizes = readSizes(moovBytes, part('stsz'), part('stz2'), fileSizeBytes);
  const count = sizes.length;
  const { steps, lastDuration } = readSteps(moovBytes, part('stts'), count);
  return sampleTable({
    sizes,
    gaps: readGaps(moovBytes, part('stsc'), part('stco'), part('co64'), sizes, fileSizeBytes),
    steps,
    firstTime: 0,
    lastDuration,
    compositionOffsets: readCompositionOffsets(moovBytes, part('ctts'), count),
    sync: readSync(moovBytes, part('stss'), count),
  });
}

/**
 * Returns the number of entries that a table of `stride` bytes an entry can really hold, at most the declared
 * one.
 */
function entriesOf(bytes: Buffer, box: Box, stride: number): number {
  return Math.min(bytes.readUInt32BE(box.body + 4), Math.floor((box.end - box.body - 8) / stride));
}

function readSizes(bytes: Buffer, stsz: Box | null, stz2: Box | null, fileSizeBytes: number): PackedNumbers {
  const sizes = packNumbers();
  if (stsz !== null) {
    const constant = bytes.readUInt32BE(stsz.body + 4);
    const declared = bytes.readUInt32BE(stsz.body + 8);
    if (constant !== 0) {
      if (declared * constant > fileSizeBytes) throw outside();
      sizes.add(constant, declared);
      return sizes.pack();
    }
    if (declared > (stsz.end - stsz.body - 12) / 4) throw damaged('The list of sample sizes is cut off.');
    for (let i = 0; i < declared; i++) sizes.add(bytes.readUInt32BE(stsz.body + 12 + i * 4));
    return sizes.pack();
  }
  if (stz2 === null) return sizes.pack();
  const width = bytes[stz2.body + 7] ?? 0;
  const declared = bytes.readUInt32BE(stz2.body + 8);
  const at = stz2.body + 12;
  if (![4, 8, 16].includes(width) || declared * width > (stz2.end - at) * 8) {
    throw damaged('The list of sample sizes is cut off.');
  }
  for (let i = 0; i < declared; i++) sizes.add(narrowSize(bytes, at, width, i));
  return sizes.pack();
}

function narrowSize(bytes: Buffer, at: number, width: number, i: number): number {
  if (width === 16) return bytes.readUInt16BE(at + i * 2);
  if (width === 8) return bytes.readUInt8(at + i);
  const pair = bytes.readUInt8(at + (i >> 1));
  return i % 2 === 0 ? pair >> 4 : pair & 15;
}

const outside = () => damaged('The index points outside the file, which is cut off or damaged.');

/**
 * Reads the gaps between the end of each sample and the start of the next, which lie at the ends of chunks.
 */
function readGaps(
  bytes: Buffer,
  stsc: Box | null,
  stco: Box | null,
  co64: Box | null,
  sizes: PackedNumbers,
  fileSizeBytes: number,
): PackedNumbers {
  const gaps = packNumbers();
  const count = sizes.length;
  if (count === 0) return gaps.pack();
  const chunks = co64 ?? stco;
  if (stsc === null || chunks === null) throw damaged('The index lacks the offsets of the samples.');
  const chunkCount = entriesOf(bytes, chunks, co64 ? 8 : 4);
  const chunkAt = (i: number) =>
    co64
      ? Number(bytes.readBigUInt64BE(chunks.body + 8 + i * 8))
      : bytes.readUInt32BE(chunks.body + 8 + i * 4);
  const runs = entriesOf(bytes, stsc, 12);
  let sample = 0;
  let end = 0;
  let before = 0;
  for (let run = 0; run < runs && sample < count; run++) {
    const at = stsc.body + 8 + run * 12;
    const first = bytes.readUInt32BE(at) - 1;
    const perChunk = bytes.readUInt32BE(at + 4);
    const next = run + 1 < runs ? bytes.readUInt32BE(at + 12) - 1 : chunkCount;
    if (first < 0 || next < first || perChunk === 0) throw damaged('The index of the chunks makes no sense.');
    for (let chunk = first; chunk < Math.min(next, chunkCount) && sample < count; chunk++) {
      const position = chunkAt(chunk);
      const length = Math.min(perChunk, count - sample);
      gaps.add(position - end);
      gaps.add(0, length - 1);
      sample += length;
      const after = sizes.sumBefore(sample);
      end = position + after - before;
      before = after;
      if (end > fileSizeBytes) throw outside();
    }
  }
  if (sample < count) throw damaged('The index has fewer offsets than samples.');
  return gaps.pack();
}

/** Reads the steps from each sample's decode time to the next. */
function readSteps(bytes: Buffer, stts: Box | null, count: number) {
  const steps = packNumbers();
  let sample = 0;
  let duration = 0;
  eachRun(bytes, stts, (length, delta) => {
    // Some cameras write a small negative duration, which as an unsigned number is beyond 2^31.
    duration = delta > 0x7fff_ffff ? 0 : delta;
    steps.add(duration, Math.min(length, count - sample));
    sample = Math.min(count, sample + length);
  });
  if (sample < count) throw damaged('The index has fewer times than samples.');
  return { steps: steps.pack(), lastDuration: duration };
}

function readCompositionOffsets(bytes: Buffer, ctts: Box | null, count: number): PackedNumbers {
  const offsets = packNumbers();
  let sample = 0;
  // Version 0 is unsigned by the standard, but signed in the files that need it.
  eachRun(bytes, ctts, (length, offset) => {
    offsets.add(offset | 0, Math.min(length, count - sample));
    sample = Math.min(count, sample + length);
  });
  offsets.add(0, count - sample);
  return offsets.pack();
}

/** Calls back with the length and the value of each run, as `stts` and `ctts` have them. */
function eachRun(bytes: Buffer, box: Box | null, tell: (length: number, value: number) => void): void {
  if (box === null) return;
  const entries = entriesOf(bytes, box, 8);
  for (let i = 0; i < entries; i++) {
    const at = box.body + 8 + i * 8;
    tell(bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4));
  }
}

function readSync(bytes: Buffer, stss: Box | null, count: number): PackedNumbers {
  const sync = packNumbers();
  // Without the table, every sample is a sync sample (§8.6.2).
  if (stss === null) {
    sync.add(1, count);
    return sync.pack();
  }
  const entries = entriesOf(bytes, stss, 4);
  const numbers = new Uint32Array(entries);
  for (let i = 0; i < entries; i++) numbers[i] = bytes.readUInt32BE(stss.body + 8 + i * 4);
  let sample = 0;
  // The standard wants them rising.
  for (const number of numbers.sort()) {
    if (number <= sample || number > count) continue;
    sync.add(0, number - 1 - sample);
    sync.add(1);
    sample = number;
  }
  sync.add(0, count - sample);
  return sync.pack();
}
