import { unsupported } from '../../base/problem.ts';
import { firstIndex } from '../model/first-index.ts';
import { shownAt } from './cut-index.ts';
import { isPcm } from './describe-movie.ts';
import { type Part, partsOf } from './edit-parts.ts';
import type { Edit, Movie, MovieTrack } from './movie.ts';
import { pcmSampleBytes, pcmStretches } from './pcm-packets.ts';
import type { LoggedSample } from './sample-log.ts';
import { prerollTicks } from './sample-packets.ts';
import type { SampleTable } from './samples.ts';
import { endOf, startOf } from './timeline.ts';

/** Samples in the order in which a movie shows them, each as often as it does, and the edit list that places them. */
export type EditedSamples = {
  /** With their offsets in the file. */
  readonly samples: readonly EditedSample[];
  readonly edits: readonly Edit[];
};

export type EditedSample = LoggedSample & {
  readonly offset: number;
  /** True for a frame at which decoding begins anew, whatever was decoded before it. */
  readonly isEntry: boolean;
};

/** A film that shows its samples more often was made to keep programs busy. */
const MOST_SAMPLES = 4_000_000;

/** A part on the track's own clock. */
type Shown = {
  readonly part: Part;
  /** When it is shown, counted from the first part. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
  /** How long it is shown. */
  readonly length: number;
  /** From its end to the next part. */
  readonly gapTicks: number;
  /** The length of both, on the movie's clock. */
  readonly editTicks: number;
};

/**
 * Returns the samples of a track that shows several parts, so that ffmpeg's reader takes them for what they are; null if
 * it reads them right anyhow, or if they cannot be written. Throws `unsupported-media` where there are too many.
 */
export function editedSamples(movie: Movie, track: MovieTrack, table: SampleTable): EditedSamples | null {
  const parts = partsOf(movie, track);
  const isPlain = track.edits.filter(({ mediaTime }) => mediaTime >= 0).length < 2;
  if (parts.length === 0 || (isPlain && parts.every(({ rate }) => rate === 1))) return null;
  if (!table.runsForwards || table.count === 0) return null;
  const shown = shownParts(movie, track, table, parts);
  // Audio does not stand still: there is silence.
  return track.entry?.video
    ? videoParts(table, shown)
    : audioParts(
        track,
        table,
        shown.filter(({ part }) => part.rate === 1),
      );
}

function delayed(startTicks: number, edits: readonly Edit[]): readonly Edit[] {
  return startTicks === 0 ? edits : [{ durationTicks: startTicks, mediaTime: -1, rate: 1 }, ...edits];
}

function shownParts(
  { timescale }: Movie,
  track: MovieTrack,
  table: SampleTable,
  parts: readonly Part[],
): readonly Shown[] {
  const ticks = (movieTicks: number) => Math.round((movieTicks / timescale) * track.timescale);
  const begin = ticks(parts[0]?.startTicks ?? 0);
  const end = endOf(table);
  return parts.map((part, i) => {
    const { startTicks, durationTicks, mediaTime, rate } = part;
    const after = startTicks + durationTicks;
    const next = parts[i + 1]?.startTicks ?? after;
    const length = durationTicks === 0 ? end - mediaTime : ticks(after) - ticks(startTicks);
    return {
      part,
      at: ticks(startTicks) - begin,
      from: mediaTime,
      to: mediaTime + Math.max(1, Math.round(length * rate)),
      length,
      gapTicks: ticks(next) - ticks(after),
      editTicks: next - startTicks,
    };
  });
}

/**
 * Writes each part with the packets before it that its decoder needs, which no edit shows. A packet that a part's end cuts
 * belongs to it if most of it does: parts meet within half a packet of where the edit list has them, and what follows is
 * in its place.
 */
function audioParts(track: MovieTrack, table: SampleTable, shown: readonly Shown[]): EditedSamples | null {
  const unitsOf = isPcm(track) ? pcmUnits(track, table) : packetUnits(table);
  if (unitsOf === null) return null;
  const heard: { units: Unit[]; start: number; movieTicks: number; ratio: number }[] = [];
  for (const { from, to, part } of shown) {
    const isWithin = ({ time, duration }: Unit) => time + duration / 2 < to;
    const units = [...unitsOf(from - prerollTicks(track), to)].filter(isWithin);
    const [first] = units;
    const kept = units.find(({ time, duration }) => time + duration / 2 >= from);
    if (first === undefined || kept === undefined) continue;
    // ffmpeg cuts the first packet of all by itself.
    const start = heard.length === 0 ? Math.max(from, first.time) : kept.time;
    const ratio = (to - from) / (part.durationTicks || 1);
    heard.push({ units, start, ratio, movieTicks: Math.round(part.startTicks + (start - from) / ratio) });
  }
  const samples: EditedSample[] = [];
  const edits: Edit[] = [];
  const last = shown.at(-1)?.part;
  const endTicks = last === undefined ? 0 : last.startTicks + last.durationTicks;
  let begin = 0;
  for (const [i, { units, start, ratio, movieTicks }] of heard.entries()) {
    const mediaTime = begin + start - (units[0]?.time ?? start);
    for (const { offset, sizeBytes, time, duration } of units) {
      const dts = mediaTime + time - start;
      samples.push({ offset, sizeBytes, dts, pts: dts, duration, isSync: true, isEntry: false });
      begin = dts + duration;
    }
    refuseMore(samples.length);
    const durationTicks = Math.max(0, (heard[i + 1]?.movieTicks ?? endTicks) - movieTicks);
    edits.push({ durationTicks, mediaTime, rate: 1 });
    // What an edit shows beyond its part is nothing, not what follows.
    begin = Math.max(begin, mediaTime + Math.ceil((durationTicks + 1) * ratio));
  }
  const [first] = heard;
  return first === undefined ? null : { samples, edits: delayed(first.movieTicks, edits) };
}

type Unit = {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly time: number;
  readonly duration: number;
};
type UnitsOf = (from: number, to: number) => Iterable<Unit>;

function packetUnits({ count, decodeTimes, offsets, sizes, lastDuration }: SampleTable): UnitsOf {
  return function* units(from, to) {
    const later = firstIndex(0, count, (sample) => decodeTimes.at(sample) > from);
    for (let i = Math.max(0, later - 1); i < count && decodeTimes.at(i) < to; i++) {
      const time = decodeTimes.at(i);
      const duration = i + 1 < count ? decodeTimes.at(i + 1) - time : lastDuration;
      yield { offset: offsets.at(i), sizeBytes: sizes.at(i), time, duration };
    }
  };
}

/** PCM has a sample for each moment: many of them are a packet, and each part begins with one of its own. */
function pcmUnits({ entry }: MovieTrack, table: SampleTable): UnitsOf | null {
  const sampleBytes = entry && pcmSampleBytes(entry, table);
  if (sampleBytes === null) return null;
  return function* units(from, to) {
    const { count, decodeTimes } = table;
    const first = firstIndex(0, count, (sample) => decodeTimes.at(sample) >= from);
    const end = firstIndex(first, count, (sample) => decodeTimes.at(sample) >= to);
    for (const { sample, next, offset } of pcmStretches(table, sampleBytes, first, end)) {
      const time = decodeTimes.at(sample);
      const duration = next < count ? decodeTimes.at(next) - time : next - sample;
      yield { offset, sizeBytes: (next - sample) * sampleBytes, time, duration };
    }
  };
}

/**
 * Writes each part as a stretch of its own: from the keyframe before it to the last frame that one of its frames needs,
 * with times that only an edit list shows. ffmpeg places the frame that it decodes first of those shown, wherever it is
 * shown itself: here it is `lead` ahead in each part.
 */
function videoParts(table: SampleTable, shown: readonly Shown[]): EditedSamples | null {
  const [first] = shown;
  if (first === undefined) return null;
  const stretches = shown.map((one) => stretchOf(table, one));
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
    refuseMore(samples.length);
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
function stretchOf(table: SampleTable, { part, from, to, length, gapTicks, editTicks }: Shown) {
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

function refuseMore(count: number): void {
  if (count > MOST_SAMPLES)
    throw unsupported(
      `The edit list of the file shows more than ${MOST_SAMPLES} samples, which is the limit.`,
    );
}
