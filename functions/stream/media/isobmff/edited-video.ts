import { firstIndex } from '../model/first-index.ts';
import {
  delayed,
  type EditedSample,
  type EditedSamples,
  type SampleBudget,
  type Shown,
  sampleBudget,
} from './edited-part.ts';
import type { Edit } from './movie.ts';
import { type SampleTable, shownAt } from './samples.ts';
import { startOf } from './timeline.ts';

/**
 * Writes each part as a stretch of its own: from the keyframe before it to the last frame that one of its frames needs,
 * with times that only an edit list shows. ffmpeg places the frame that it decodes first of those shown, wherever it is
 * shown itself: here it is `lead` ahead in each part.
 */
export function videoParts(table: SampleTable, shown: readonly Shown[]): EditedSamples | null {
  const [first] = shown;
  if (first === undefined) return null;
  const budget = sampleBudget();
  const stretches = shown.map((one) => stretchOf(table, one, budget));
  const lead = Math.max(0, ...stretches.map(({ leadTicks }) => leadTicks));
  const samples: EditedSample[] = [];
  const edits: Edit[] = [];
  let end = -1;
  for (const { frames, hidden, length, gapTicks, editTicks } of stretches) {
    const begin = end + lead + hidden + 1;
    for (const [i, { sample, ahead, step, pts, isKey }] of frames.entries()) {
      const dts = begin - lead + (i < hidden ? i - hidden : ahead);
      // A frame behind the part stays hidden while the part's last one stands in a gap.
      const later = i >= hidden && pts >= length ? gapTicks : 0;
      const shownAt = i < hidden ? dts + Math.max(0, lead - 1) : begin + pts + later;
      // ffmpeg begins at the last keyframe that is decoded before the part, and ends at one that reaches its end.
      const isSync = isKey && (i === 0 || (dts > begin && pts + step < length));
      samples.push({
        ...{ offset: table.offsets.at(sample), sizeBytes: table.sizes.at(sample) },
        ...{ dts, pts: shownAt, duration: Math.max(1, i < hidden ? 1 : step), isSync },
        isEntry: i === 0,
      });
      end = Math.max(end, dts + 1, shownAt + 1);
    }
    end = Math.max(end, begin + length + gapTicks);
    edits.push({ durationTicks: editTicks, mediaTime: begin, rate: 1 });
  }
  return { samples, edits: delayed(first.part.startTicks, edits) };
}

/** A frame of a part; times in ticks from its beginning, as the edit list has it. */
type StretchFrame = {
  readonly sample: number;
  readonly ahead: number;
  /** From its decode time to the next. */
  readonly step: number;
  readonly pts: number;
  readonly isKey: boolean;
};

/** Returns the frames of a part in decode order, with times from its beginning; the first `hidden` precede it. */
function stretchOf(
  table: SampleTable,
  { part, from, to, length, gapTicks, editTicks }: Shown,
  budget: SampleBudget,
) {
  const { count, sync, decodeTimes, compositionOffsets, lastDuration } = table;
  const { rate } = part;
  const start = Math.max(from, startOf(table));
  const after = firstIndex(0, count, (sample) => decodeTimes.at(sample) + compositionOffsets.least >= to);
  const early = firstIndex(0, count, (sample) => decodeTimes.at(sample) > start);
  let first = Math.max(0, early - 1);
  while (first > 0 && !(sync.at(first) === 1 && shownAt(table, first) <= start)) first--;
  // The frame that is there at the beginning was shown from before it on, or is the only one.
  let cover = first;
  for (let i = first; i < after; i++) {
    const time = shownAt(table, i);
    if (time <= start && time > shownAt(table, cover)) cover = i;
  }
  const isShown = (i: number) => {
    const time = shownAt(table, i);
    return i === cover || (rate > 0 && time > start && time < to);
  };
  let begin = first;
  while (begin < cover && !isShown(begin)) begin++;
  let last = cover;
  for (let i = after - 1; i > cover; i--) {
    if (!isShown(i)) continue;
    last = i;
    break;
  }
  budget.take(last - first + 1);
  const scaled = (ticks: number) => Math.round(ticks / (rate || 1));
  const frames: StretchFrame[] = [];
  let leadTicks = 0;
  for (let sample = first; sample <= last; sample++) {
    const ahead = scaled(decodeTimes.at(sample) - decodeTimes.at(begin));
    const pts = sample === cover ? 0 : scaled(shownAt(table, sample) - from);
    if (sample >= begin) leadTicks = Math.max(leadTicks, ahead - pts);
    const next = sample + 1 < count ? decodeTimes.at(sample + 1) : decodeTimes.at(sample) + lastDuration;
    const step = rate > 0 ? scaled(next - decodeTimes.at(sample)) : length;
    frames.push({ sample, ahead, step, pts, isKey: sync.at(sample) === 1 });
  }
  return { frames, hidden: begin - first, length, gapTicks, editTicks, leadTicks };
}
