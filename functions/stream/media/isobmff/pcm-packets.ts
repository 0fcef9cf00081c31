import { damaged } from '../../base/problem.ts';
import type { RandomAccess } from '../../source/bytes.ts';
import { firstIndex } from '../model/first-index.ts';
import type { Packet } from '../model/packets.ts';
import type { SampleEntry } from './sample-entry.ts';
import type { SampleTable } from './samples.ts';

/** Samples of one packet: a fiftieth of a second. */
const PACKET_SAMPLES = 1024;

/**
 * Returns the bytes of a sample of all channels; null if the table does not tell: QuickTime may count a byte for
 * each sample, whatever it has.
 */
export function pcmSampleBytes({ audio, format }: SampleEntry, { sizes, count }: SampleTable): number | null {
  const size = sizes.at(0);
  const channels = audio?.channels ?? 0;
  const isConstant = size > 0 && sizes.sumBefore(count) === size * count;
  if (!isConstant || channels === 0 || size % channels !== 0) return null;
  return size / channels >= 2 || format === 'raw ' ? size : null;
}

/** Yields PCM from the sample `first` up to `end` as packets of many samples, which lie together in the file. */
export async function* pcmPackets(
  file: RandomAccess,
  table: SampleTable,
  sampleBytes: number,
  first: number,
  shift: number,
  end: number,
): AsyncGenerator<Packet, void, void> {
  const { count, decodeTimes } = table;
  const endSample = firstIndex(first, count, (sample) => decodeTimes.at(sample) >= end);
  for (const { sample, next, offset } of pcmStretches(table, sampleBytes, first, endSample)) {
    const size = (next - sample) * sampleBytes;
    const data = await file.read(offset, offset + size);
    if (data.byteLength < size) throw damaged('The file ends within its media.');
    const time = decodeTimes.at(sample);
    const dts = time - shift;
    const duration = next < count ? Math.max(0, decodeTimes.at(next) - time) : next - sample;
    yield { data, dts, pts: dts, duration, isSync: true };
  }
}

/** Yields samples `[first, end)` in stretches that are packets: each lies together in the file. */
export function* pcmStretches(
  { offsets }: SampleTable,
  sampleBytes: number,
  first: number,
  end: number,
): Generator<{ readonly sample: number; readonly next: number; readonly offset: number }, void, void> {
  for (let sample = first; sample < end; ) {
    const from = sample;
    const offset = offsets.at(from);
    const most = Math.min(end, from + PACKET_SAMPLES);
    const isElsewhere = (other: number) => offsets.at(other) !== offset + (other - from) * sampleBytes;
    const next = isElsewhere(most - 1) ? firstIndex(from, most, isElsewhere) : most;
    yield { sample, next, offset };
    sample = next;
  }
}
