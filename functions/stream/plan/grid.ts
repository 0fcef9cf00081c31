import type { Cuts } from '../media/model/cuts.ts';
import { firstIndex } from '../media/model/first-index.ts';
import type { Segment } from './presentation.ts';

const TARGET_SECONDS = 4;
/** The first segments are shorter, so that playback starts sooner. */
const FIRST_SECONDS: readonly number[] = [1, 2];
/** A segment of a copy that is longer is several of what is encoded. */
const LONG_SECONDS = 6;
/** The most from one frame of trick play to the next, where the film allows it. */
export const IFRAME_SECONDS = 2;
/** A remainder that is shorter belongs to the segment before it. */
export const LEAST_SECONDS = 0.5;
/** A group of frames of 4.004 s, as at NTSC's rates, counts as 4 s. */
export const TOLERANCE_SECONDS = 0.05;

/**
 * Where segments meet, in seconds: after 1, 3, 7, 11 … of `endSeconds`, or where `before` has them already (rising),
 * and every 4 s behind its last.
 */
export function evenTimes(endSeconds: number, before: readonly number[] = []): readonly number[] {
  const latest = endSeconds - LEAST_SECONDS;
  const times = before.filter((seconds) => seconds <= latest);
  if (times.length < before.length) return times;
  for (let time = before.at(-1) ?? 0, i = 0; ; i++) {
    time += before.length > 0 ? TARGET_SECONDS : (FIRST_SECONDS[i] ?? TARGET_SECONDS);
    if (time > latest) return times;
    times.push(time);
  }
}

/**
 * The ends of a copy's segments, in seconds, and between those that lie more than 6 s apart further ones: equal parts of
 * about 4 s, of which the film's first are shorter.
 */
export function divideLong(ends: readonly number[]): readonly number[] {
  return ends.flatMap((end, i) => {
    const start = ends[i - 1] ?? 0;
    if (end - start <= LONG_SECONDS) return [end];
    const first = i === 0 ? evenTimes(end).slice(0, FIRST_SECONDS.length) : [];
    const from = first.at(-1) ?? start;
    const parts = Math.round((end - from) / TARGET_SECONDS);
    const inner = Array.from({ length: parts - 1 }, (_, part) => from + ((part + 1) / parts) * (end - from));
    return [...first, ...inner, end];
  });
}

/** The same on a grid of `count` steps: 0, the steps nearest to `times`, and `count`, each once and rising. */
export function onGrid(
  times: readonly number[],
  count: number,
  nearest: (seconds: number) => number,
): readonly number[] {
  const steps = [0];
  for (const time of times) {
    const step = nearest(time);
    if (step >= count) break;
    if (step > (steps.at(-1) ?? 0)) steps.push(step);
  }
  return [...steps, count];
}

/** Boundaries on a grid of `rate` steps a second, and as few as it takes between them for frames of trick play. */
export function divideForIFrames(boundaries: readonly number[], rate: number): readonly number[] {
  return boundaries.flatMap((end, i) => {
    const start = boundaries[i - 1];
    if (start === undefined) return [end];
    const parts = Math.max(1, Math.ceil((end - start) / rate / (IFRAME_SECONDS + TOLERANCE_SECONDS)));
    return Array.from(
      { length: parts },
      (_, part) => start + Math.round(((part + 1) / parts) * (end - start)),
    );
  });
}

/** What lies between the boundaries of a constant grid, whose steps begin at `ticksOf`. */
export function gridSegments(
  boundaries: readonly number[],
  ticksOf: (step: number) => number,
): readonly Segment[] {
  return boundaries.slice(1).map((end, i) => {
    const startTicks = ticksOf(boundaries[i] ?? 0);
    return { startTicks, durationTicks: ticksOf(end) - startTicks };
  });
}

/**
 * Which cuts of a film are its segments' boundaries: each segment ends at the last cut that keeps it within its target,
 * or else at the next one. Fewer than two where there is nothing between the cuts.
 */
export function chooseCuts(cuts: Cuts): readonly number[] {
  return cutsWithin(cuts, (segment) => FIRST_SECONDS[segment] ?? TARGET_SECONDS);
}

/** The same of the frames of trick play. */
export function chooseIFrames(cuts: Cuts): readonly number[] {
  return cutsWithin(cuts, () => IFRAME_SECONDS);
}

function cutsWithin(cuts: Cuts, targetOf: (index: number) => number): readonly number[] {
  const { timescale } = cuts;
  const last = cuts.count - 1;
  const end = cuts.timeAt(last);
  let at = firstCut(cuts);
  if (at >= last) return [];
  const chosen = [at];
  while (at < last) {
    const target = targetOf(chosen.length - 1);
    const most = Math.max(0, cuts.timeAt(at)) + (target + TOLERANCE_SECONDS) * timescale;
    let next = at + 1;
    while (next < last && cuts.timeAt(next + 1) <= most) next++;
    if (end - cuts.timeAt(next) < LEAST_SECONDS * timescale) next = last;
    chosen.push(next);
    at = next;
  }
  return chosen;
}

/** Returns the cuts of an audio track, in which every packet is one, that are nearest to `times`. */
export function nearestCuts(cuts: Cuts, wanted: readonly number[]): readonly number[] {
  const first = firstCut(cuts);
  const last = cuts.count - 1;
  if (first >= last) return [];
  const chosen = onGrid(
    wanted,
    last - first,
    (seconds) => nearestIndex(cuts, seconds * cuts.timescale, first) - first,
  );
  return chosen.map((step) => first + step);
}

/** What lies between the chosen cuts; what is decoded before the presentation's zero is not counted. */
export function cutSegments(cuts: Cuts, chosen: readonly number[]): readonly Segment[] {
  return chosen.slice(1).map((cut, i) => {
    const startTicks = Math.max(0, cuts.timeAt(chosen[i] ?? 0));
    return { startTicks, durationTicks: cuts.timeAt(cut) - startTicks };
  });
}

/** The last cut at or before the presentation's zero, or else the first. */
export function firstCut(cuts: Cuts): number {
  let first = 0;
  while (first + 1 < cuts.count && cuts.timeAt(first + 1) <= 0) first++;
  return first;
}

function nearestIndex(cuts: Cuts, wanted: number, from: number): number {
  const last = cuts.count - 1;
  // Most packets last as long as any other, so that the place is almost known.
  const start = cuts.timeAt(from);
  const guess = from + Math.round(((wanted - start) / (cuts.timeAt(last) - start)) * (last - from));
  const isBefore = (index: number) => index > from && index <= last && cuts.timeAt(index) < wanted;
  const low = isBefore(guess - 2) ? guess - 2 : from;
  const high = isBefore(guess + 2) ? last : Math.min(last, Math.max(from, guess + 2));
  const next = firstIndex(low, high, (cut) => cuts.timeAt(cut) >= wanted);
  const before = next > from ? wanted - cuts.timeAt(next - 1) : Number.POSITIVE_INFINITY;
  return before < cuts.timeAt(next) - wanted ? next - 1 : next;
}
