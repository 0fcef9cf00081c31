import { firstIndex } from '../model/first-index.ts';
import { partsOf } from './edit-parts.ts';
import type { Movie, MovieTrack } from './movie.ts';
import { durationOf, type SampleTable, shownAt } from './samples.ts';

/** The place of a track's samples on the presentation, by its edit list (ISO/IEC 14496-12 §8.6.6). */
export type Timeline = {
  /** Blank time before the first sample, in seconds. */
  readonly delaySeconds: number;
  /** The track's own time at which its presentation starts, in ticks. */
  readonly mediaTime: number;
  /** Duration of the presentation after the delay, in ticks; null if the edit list leaves it open. */
  readonly durationTicks: number | null;
  /** True if the edit list does more than delay, and cut at both ends. */
  readonly isComplex: boolean;
};

export function timelineOf(movie: Pick<Movie, 'timescale'>, track: MovieTrack): Timeline {
  const parts = partsOf(movie, track);
  const [first] = parts;
  const last = parts.at(-1);
  const delay =
    first?.startTicks ?? track.edits.reduce((ticks, { durationTicks }) => ticks + durationTicks, 0);
  const shown = last === undefined ? 0 : last.startTicks + last.durationTicks - delay;
  const duration = Math.round((shown / movie.timescale) * track.timescale);
  return {
    delaySeconds: delay / movie.timescale,
    mediaTime: first?.mediaTime ?? 0,
    durationTicks: duration > 0 && Number.isSafeInteger(duration) ? duration : null,
    isComplex: parts.length > 1 || (first !== undefined && first.rate !== 1),
  };
}

/** What open groups of frames begin with is shorter, and so is padding. */
const HIDDEN_SECONDS = 0.1;
/** The longest priming of AAC, which is as many samples at every rate; its padding is shorter. */
const PRIMING_SAMPLES = 2112;

/** Tells where an edit list of one part hides samples that begin at `begin` and end at `end`, in the track's ticks. */
export function hiddenBy(
  { mediaTime, durationTicks, isComplex }: Timeline,
  { entry, timescale }: MovieTrack,
  { begin, end }: { readonly begin: number; readonly end: number },
): { readonly hidesStart?: true; readonly hidesEnd?: true } {
  if (isComplex) return {};
  const priming = entry?.audio ? (PRIMING_SAMPLES * timescale) / (entry.audio.sampleRate || timescale) : 0;
  const least = Math.max(HIDDEN_SECONDS * timescale, priming);
  return {
    ...(mediaTime - begin > least && { hidesStart: true as const }),
    ...(durationTicks !== null && end - mediaTime - durationTicks > least && { hidesEnd: true as const }),
  };
}

/** Returns the end of the last sample in presentation, in the track's ticks; 0 without samples. */
export function endOf(table: SampleTable): number {
  let end = 0;
  // The sample shown last is among the last to be decoded.
  for (let i = Math.max(0, table.count - 64); i < table.count; i++) {
    end = Math.max(end, shownAt(table, i) + durationOf(table, i));
  }
  return end;
}

/** Returns the first sample, in decode order, from which on all are shown at `end` or later, in the track's ticks. */
export function firstUnneeded(table: SampleTable, end: number): number {
  const { count, decodeTimes, compositionOffsets } = table;
  let first = firstIndex(0, count, (sample) => decodeTimes.at(sample) + compositionOffsets.least >= end);
  while (first > 0 && shownAt(table, first - 1) >= end) first--;
  return first;
}

/** Returns the earliest presentation time, in the track's ticks; 0 without samples. */
export function startOf(table: SampleTable): number {
  let start = Number.POSITIVE_INFINITY;
  for (let i = 0; i < Math.min(table.count, 64); i++) start = Math.min(start, shownAt(table, i));
  return table.count === 0 ? 0 : start;
}
