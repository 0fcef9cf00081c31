import type { Readable } from 'node:stream';
import type { CopyTrackInput } from '../model/copy-track.ts';
import { tableOf } from './describe-movie.ts';
import { type FragmentSample, initSegment } from './fragment-boxes.ts';
import type { Movie, MovieTrack } from './movie.ts';
import { openSamples } from './movie-segment.ts';
import { firstSample, packetHead } from './sample-packets.ts';
import { durationOf, type SampleTable, shownAt } from './samples.ts';
import { type Timeline, timelineOf } from './timeline.ts';
import { WITHOUT_PLACE } from './track-boxes.ts';

/** The frames of a film that one of them needs, as a movie of its own. */
export type MovieGroup = {
  /** The film's timeline in the movie's: what its clock shows at the zero of the file's timeline. */
  readonly originSeconds: number;
  readonly sizeBytes: number;
  /** Opens the movie. Rejects as `Source.read` does. */
  open(): Promise<Readable>;
};

export type GroupOptions = {
  /** On the file's timeline; before the first frame and after the last one, these are meant. */
  readonly seconds: number;
  /** True for the keyframe alone. */
  readonly isNear: boolean;
};

/** Longer groups are read by ffmpeg itself: each sample is held while they are written. */
const MOST_SAMPLES = 20_000;

/**
 * Returns the group of frames with the one that is shown at a time, from the keyframe before it on; null for
 * a track that only a reader of the whole file shows right. Frames of an open group come with its keyframe.
 */
export function movieGroup(
  movie: Movie,
  input: Pick<CopyTrackInput, 'source' | 'object' | 'signal' | 'trackIndex'>,
  { seconds, isNear }: GroupOptions,
): MovieGroup | null {
  const track = movie.tracks[input.trackIndex];
  const table = track && tableOf(movie, track);
  if (!track?.entry?.video || track.entry.hasOthers || !table || table.count === 0) return null;
  const timeline = timelineOf(movie, track);
  if (timeline.isComplex || !table.runsForwards) return null;
  const time = shownTime(track, timeline, seconds);
  const first = firstSample(table, time);
  const end = isNear ? first + 1 : endOfGroup(table, first, time);
  if (table.sync.at(first) !== 1 || end - first > MOST_SAMPLES) return null;
  const samples = samplesOf(table, first, end);
  const head = { ...packetHead(track), ...WITHOUT_PLACE };
  const zeroTicks = timeline.mediaTime - timeline.delaySeconds * track.timescale - shiftOf(table, first);
  const body = openSamples(input, table, { first, samples, sequenceNumber: 1 }, initSegment([head]));
  return { ...body, originSeconds: zeroTicks / track.timescale };
}

/** Returns a time on the track's own clock, within what is shown. */
function shownTime({ timescale }: MovieTrack, timeline: Timeline, seconds: number): number {
  const { delaySeconds, mediaTime, durationTicks } = timeline;
  const time = mediaTime + (seconds - delaySeconds) * timescale;
  return Math.min(time, mediaTime + (durationTicks ?? Number.POSITIVE_INFINITY) - 1);
}

/** Returns the first sample after `first` from which on all are shown later than `time`. */
function endOfGroup({ count, decodeTimes, compositionOffsets }: SampleTable, first: number, time: number) {
  let end = first + 1;
  while (end < count && end - first <= MOST_SAMPLES) {
    if (decodeTimes.at(end) + compositionOffsets.least > time) break;
    end++;
  }
  return end;
}

/** No sample is shown before it is decoded: demuxers move those of negative offsets each in its own way. */
function shiftOf({ decodeTimes, compositionOffsets }: SampleTable, first: number): number {
  return decodeTimes.at(first) + compositionOffsets.least;
}

function samplesOf(table: SampleTable, first: number, end: number): FragmentSample[] {
  const { decodeTimes, sizes, sync } = table;
  return Array.from({ length: end - first }, (_, i) => {
    const sample = first + i;
    return {
      dts: decodeTimes.at(sample) - decodeTimes.at(first),
      pts: shownAt(table, sample) - shiftOf(table, first),
      duration: durationOf(table, sample),
      sizeBytes: sizes.at(sample),
      isSync: sync.at(sample) === 1,
    };
  });
}
