import type { MovieTrack } from './movie.ts';
import { prerollTicks } from './packets.ts';
import type { SampleTable } from './sample-table.ts';
import { endOf, startOf, type Timeline } from './timeline.ts';

/** Where a track may be cut without decoding it, as its sample table tells. */
export type CutIndex = {
  /** The sample, in decode order, that a segment from each cut begins with; the last is behind the last sample. */
  readonly samples: Uint32Array;
  /** When it is shown, in ticks on the track's own timeline, rising; the last is the end of what is shown. */
  readonly mediaTimes: Float64Array;
  /** Of this track's media, before each cut. */
  readonly bytesBefore: Float64Array;
};

/**
 * Sound is cut at every packet, a picture where a closed group begins. The first cut is where the presentation starts:
 * samples that are needed to decode it come along, hidden by the edit list. Null where nothing can be shown.
 */
export function cutIndex(
  track: MovieTrack,
  table: SampleTable,
  { mediaTime, durationTicks }: Timeline,
): CutIndex | null {
  const begin = Math.max(mediaTime, startOf(table));
  const end = Math.min(endOf(table), mediaTime + (durationTicks ?? Number.POSITIVE_INFINITY));
  const endSample = firstUnneeded(table, end);
  const starts = decodableStarts(table, endSample, track.handler === 'soun');
  const first = firstStart(table, starts, begin - prerollTicks(track));
  if (first === null || !(end > begin)) return null;
  // Sound has one for each of hundreds of thousands of packets.
  const samples = new Uint32Array(endSample - first + 1);
  const mediaTimes = new Float64Array(endSample - first + 1);
  let last = first === 0 ? begin : Math.max(begin, shownAt(table, first));
  let count = 0;
  samples[0] = first;
  mediaTimes[0] = last;
  for (let i = first + 1; i < endSample; i++) {
    const time = shownAt(table, i);
    if (starts[i] === 0 || time <= last || time >= end) continue;
    last = time;
    samples[++count] = i;
    mediaTimes[count] = time;
  }
  samples[++count] = endSample;
  mediaTimes[count] = end;
  const used = samples.slice(0, count + 1);
  return { samples: used, mediaTimes: mediaTimes.slice(0, count + 1), bytesBefore: bytesBefore(table, used) };
}

export function shownAt({ decodeTimes, compositionOffsets }: SampleTable, sample: number): number {
  return (decodeTimes[sample] ?? 0) + (compositionOffsets[sample] ?? 0);
}

/** The first sample from which on all are decoded too late to be shown before `end`, or to be needed for it. */
function firstUnneeded({ count, decodeTimes, compositionOffsets }: SampleTable, end: number): number {
  const earliest = compositionOffsets.reduce((least, offset) => Math.min(least, offset), 0);
  let sample = count;
  while (sample > 0 && (decodeTimes[sample - 1] ?? 0) + earliest >= end) sample--;
  return sample;
}

/** 1 for each sync sample before `endSample` that parts what is shown before it from what is shown behind it. */
function decodableStarts(table: SampleTable, endSample: number, isSound: boolean): Uint8Array {
  const starts = table.sync.slice(0, endSample);
  if (isSound) return starts;
  let earliestBehind = Number.POSITIVE_INFINITY;
  for (let i = endSample - 1; i >= 0; i--) {
    const time = shownAt(table, i);
    // A picture that is decoded later and shown earlier: the group before is needed for it.
    if (earliestBehind < time) starts[i] = 0;
    earliestBehind = Math.min(earliestBehind, time);
  }
  let latestBefore = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < endSample; i++) {
    const time = shownAt(table, i);
    if (latestBefore >= time) starts[i] = 0;
    latestBefore = Math.max(latestBefore, time);
  }
  return starts;
}

/** The last start that is shown at or before `time`, else the first there is. */
function firstStart(table: SampleTable, starts: Uint8Array, time: number): number | null {
  let found: number | null = null;
  for (let i = 0; i < starts.length; i++) {
    if (starts[i] === 0) continue;
    if (found !== null && shownAt(table, i) > time) break;
    found = i;
  }
  // Nothing lies before the very first picture, so that an open group is as good there as it is in the file itself.
  const isBeginning = found === null || shownAt(table, found) > time;
  return isBeginning && table.sync[0] === 1 && starts.length > 0 ? 0 : found;
}

function bytesBefore({ sizes }: SampleTable, cuts: Uint32Array): Float64Array {
  const before = new Float64Array(cuts.length);
  let bytes = 0;
  let sample = cuts[0] ?? 0;
  for (const [i, cut] of cuts.entries()) {
    for (; sample < cut; sample++) bytes += sizes[sample] ?? 0;
    before[i] = bytes;
  }
  return before;
}
