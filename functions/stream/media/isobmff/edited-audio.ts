import { firstIndex } from '../model/first-index.ts';
import { isPcm } from './describe-movie.ts';
import { delayed, type EditedSample, type EditedSamples, type Shown, sampleBudget } from './edited-part.ts';
import type { Edit, MovieTrack } from './movie.ts';
import { pcmSampleBytes, pcmStretches } from './pcm-packets.ts';
import { prerollTicks } from './sample-packets.ts';
import { durationOf, type SampleTable } from './samples.ts';

/**
 * Writes each part with the packets before it that its decoder needs, which no edit shows. A packet that a part's end cuts
 * belongs to it if most of it does: parts meet within half a packet of where the edit list has them, and what follows is
 * in its place.
 */
export function audioParts(
  track: MovieTrack,
  table: SampleTable,
  shown: readonly Shown[],
): EditedSamples | null {
  const unitsOf = isPcm(track) ? pcmUnits(track, table) : packetUnits(table);
  if (unitsOf === null) return null;
  const aheadTicks = isPcm(track) ? 0 : prerollTicks(track);
  const budget = sampleBudget();
  const heard: { units: Unit[]; start: number; movieTicks: number; ratio: number }[] = [];
  for (const { from, to, part } of shown) {
    const units: Unit[] = [];
    for (const unit of unitsOf(from - aheadTicks, to)) {
      if (unit.time + unit.duration / 2 >= to) break;
      budget.take(1);
      units.push(unit);
    }
    const [first] = units;
    const opening = units.find(({ time, duration }) => time + duration / 2 >= from);
    if (first === undefined || opening === undefined) continue;
    // ffmpeg cuts the first packet of all by itself.
    const start = heard.length === 0 ? Math.max(from, first.time) : opening.time;
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

function packetUnits(table: SampleTable): UnitsOf {
  const { count, decodeTimes, offsets, sizes } = table;
  return function* units(from, to) {
    const later = firstIndex(0, count, (sample) => decodeTimes.at(sample) > from);
    for (let i = Math.max(0, later - 1); i < count && decodeTimes.at(i) < to; i++) {
      const [time, duration] = [decodeTimes.at(i), durationOf(table, i)];
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
