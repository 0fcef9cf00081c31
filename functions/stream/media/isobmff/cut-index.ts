import type { MovieTrack } from './movie.ts';
import { gatherSamples, type SampleList } from './sample-list.ts';
import { prerollTicks } from './sample-packets.ts';
import type { SampleTable } from './samples.ts';
import { endOf, startOf, type Timeline } from './timeline.ts';

/** Where a track may be cut without decoding it, as its sample table tells. */
export type CutIndex = {
  /** The sample, in decode order, that a segment from each cut begins with; the last is behind the last sample. */
  readonly samples: SampleList;
  /** When the first is shown, in ticks on the track's own timeline, and the end of what is shown. */
  readonly begin: number;
  readonly end: number;
  /** The most samples that lie between two cuts. */
  readonly mostBetween: number;
  /** The first sample is what is shown first: not where it leads an open group. */
  readonly isShownFirst: boolean;
  /** The edit list begins between two keyframes: pictures of the first group are decoded and never shown. */
  readonly hides: boolean;
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
  const start = Math.max(mediaTime, startOf(table));
  const end = Math.min(endOf(table), mediaTime + (durationTicks ?? Number.POSITIVE_INFINITY));
  const endSample = firstUnneeded(table, end);
  const starts = track.handler === 'soun' ? syncSamples(table, endSample) : closedGroups(table, endSample);
  const first = endSample === 0 ? null : firstStart(table, starts, start - prerollTicks(track));
  if (first === null || !(end > start)) return null;
  const begin = first === 0 ? start : Math.max(start, shownAt(table, first));
  const more = gatherSamples();
  let last = begin;
  for (let i = 0; i < starts.count; i++) {
    const sample = starts.at(i);
    const time = shownAt(table, sample);
    if (sample <= first || time <= last || time >= end) continue;
    last = time;
    more.push(sample);
  }
  more.push(endSample);
  const { count, at, heldBytes } = more.all();
  const samples = { count: count + 1, at: (cut: number) => (cut === 0 ? first : at(cut - 1)), heldBytes };
  let mostBetween = 0;
  for (let i = 1; i <= count; i++) mostBetween = Math.max(mostBetween, samples.at(i) - samples.at(i - 1));
  const shown = shownAt(table, first);
  const others = earliestOf(table, first + 1, samples.at(1));
  return {
    ...{ samples, begin, end, mostBetween },
    isShownFirst: others >= shown,
    hides: shown < begin && others <= begin,
  };
}

/** When the first of the samples `[from, to)` is shown. */
function earliestOf(table: SampleTable, from: number, to: number): number {
  let earliest = Number.POSITIVE_INFINITY;
  for (let i = from; i < to; i++) earliest = Math.min(earliest, shownAt(table, i));
  return earliest;
}

/** When a cut is shown, in ticks on the track's own timeline; they rise. */
export function cutTime(table: SampleTable, { samples, begin, end }: CutIndex, cut: number): number {
  if (cut === 0) return begin;
  return cut === samples.count - 1 ? end : shownAt(table, samples.at(cut));
}

export function shownAt({ decodeTimes, compositionOffsets }: SampleTable, sample: number): number {
  return decodeTimes.at(sample) + compositionOffsets.at(sample);
}

/** The first sample from which on all are decoded too late to be shown before `end`, or to be needed for it. */
function firstUnneeded({ count, decodeTimes, compositionOffsets }: SampleTable, end: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (decodeTimes.at(middle) + compositionOffsets.least >= end) high = middle;
    else low = middle + 1;
  }
  return low;
}

function syncSamples({ sync }: SampleTable, endSample: number): SampleList {
  const list = gatherSamples();
  for (let i = 0; i < endSample; i++) if (sync.at(i) === 1) list.push(i);
  return list.all();
}

/** The sync samples before `endSample` that part what is shown before them from what is shown behind them. */
function closedGroups(table: SampleTable, endSample: number): SampleList {
  const list = gatherSamples();
  let latest = Number.NEGATIVE_INFINITY;
  let startShown = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < endSample; i++) {
    const time = shownAt(table, i);
    // A picture that is decoded later and shown earlier: the group before is needed for it.
    while (time < startShown) {
      const before = list.pop();
      startShown = before === null ? Number.NEGATIVE_INFINITY : shownAt(table, before);
    }
    if (time > latest && table.sync.at(i) === 1) {
      list.push(i);
      startShown = time;
    }
    latest = Math.max(latest, time);
  }
  return list.all();
}

/** The last start that is shown at or before `time`, else the first there is. */
function firstStart(table: SampleTable, starts: SampleList, time: number): number | null {
  let found: number | null = null;
  for (let i = 0; i < starts.count; i++) {
    const sample = starts.at(i);
    if (found !== null && shownAt(table, sample) > time) break;
    found = sample;
  }
  // Nothing lies before the very first picture, so that an open group is as good there as it is in the file itself.
  const isBeginning = found === null || shownAt(table, found) > time;
  return isBeginning && table.sync.at(0) === 1 ? 0 : found;
}
