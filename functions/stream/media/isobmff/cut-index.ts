import type { MovieTrack } from './movie.ts';
import { gatherSamples, type SampleList } from './sample-list.ts';
import { prerollTicks } from './sample-packets.ts';
import { type SampleTable, shownAt } from './samples.ts';
import { endOf, firstUnneeded, startOf, type Timeline } from './timeline.ts';

/** The places where a track may be cut without decoding it, by its sample table. */
export type CutIndex = {
  /**
   * The first sample, in decode order, of the segment after each cut; the last is one past the last sample.
   */
  readonly samples: SampleList;
  /**
   * Presentation time of the first sample, in ticks on the track's own timeline, and the end of what is
   * shown.
   */
  readonly begin: number;
  readonly end: number;
  /** The most samples that lie between two cuts. */
  readonly mostBetween: number;
  /** True if the first sample is shown first: false if it leads an open group. */
  readonly isShownFirst: boolean;
  /**
   * True if the edit list begins between two keyframes: frames of the first group are decoded and never
   * shown.
   */
  readonly hides: boolean;
};

/**
 * Cuts audio at every packet, and video where a closed group begins. The first cut is the start of the
 * presentation: samples that are needed to decode it come along, hidden by the edit list. Null if nothing can
 * be shown.
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

/** Returns the earliest presentation time of the samples `[from, to)`. */
function earliestOf(table: SampleTable, from: number, to: number): number {
  let earliest = Number.POSITIVE_INFINITY;
  for (let i = from; i < to; i++) earliest = Math.min(earliest, shownAt(table, i));
  return earliest;
}

/** Returns the presentation time of a cut, in ticks on the track's own timeline; the times rise. */
export function cutTime(table: SampleTable, { samples, begin, end }: CutIndex, cut: number): number {
  if (cut === 0) return begin;
  return cut === samples.count - 1 ? end : shownAt(table, samples.at(cut));
}

function syncSamples({ sync }: SampleTable, endSample: number): SampleList {
  const list = gatherSamples();
  for (let i = 0; i < endSample; i++) if (sync.at(i) === 1) list.push(i);
  return list.all();
}

/**
 * Returns the sync samples before `endSample` that separate earlier frames from later ones in display order.
 */
function closedGroups(table: SampleTable, endSample: number): SampleList {
  const list = gatherSamples();
  let latest = Number.NEGATIVE_INFINITY;
  let startShown = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < endSample; i++) {
    const time = shownAt(table, i);
    // A frame that is decoded later and shown earlier needs the group before.
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

/** Returns the last start that is shown at or before `time`, otherwise the first. */
function firstStart(table: SampleTable, starts: SampleList, time: number): number | null {
  let found: number | null = null;
  for (let i = 0; i < starts.count; i++) {
    const sample = starts.at(i);
    if (found !== null && shownAt(table, sample) > time) break;
    found = sample;
  }
  // Nothing precedes the very first frame, so that an open group works there as well as in the file itself.
  const isBeginning = found === null || shownAt(table, found) > time;
  return isBeginning && table.sync.at(0) === 1 ? 0 : found;
}
