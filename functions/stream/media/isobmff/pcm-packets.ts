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
  { count, offsets, decodeTimes }: SampleTable,
  sampleBytes: number,
  first: number,
  shift: number,
  end: number,
): AsyncGenerator<Packet, void, void> {
  for (let i = first; i < count; ) {
    const time = decodeTimes.at(i);
    if (time >= end) return;
    const offset = offsets.at(i);
    const most = Math.min(count, i + PACKET_SAMPLES);
    const isElsewhere = (sample: number) => offsets.at(sample) !== offset + (sample - i) * sampleBytes;
    const next = isElsewhere(most - 1) ? firstIndex(i, most, isElsewhere) : most;
    const size = (next - i) * sampleBytes;
    const data = await file.read(offset, offset + size);
    if (data.byteLength < size) throw damaged('The file ends within its media.');
    const dts = time - shift;
    const duration = next < count ? Math.max(0, decodeTimes.at(next) - time) : next - i;
    yield { data, dts, pts: dts, duration, isSync: true };
    i = next;
  }
}
