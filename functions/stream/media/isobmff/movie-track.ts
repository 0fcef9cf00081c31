import { damaged, unsupported } from '../../base/problem.ts';
import type { CopyTrack, CopyTrackInput, NoCopy } from '../model/copy-track.ts';
import { type CutIndex, cutIndex, cutTime } from './cut-index.ts';
import { tableOf } from './describe-movie.ts';
import { type FragmentSample, initSegment } from './fragment-boxes.ts';
import { whyNoKeyFrames } from './key-frames.ts';
import type { Movie, MovieTrack } from './movie.ts';
import { movieSegment } from './movie-segment.ts';
import { sampleEntryOf } from './sample-packets.ts';
import { type SampleTable, shownAt } from './samples.ts';
import { timelineOf } from './timeline.ts';
import type { TrackHead } from './track-boxes.ts';

/** Opens a track of ISO base media, cut by its sample table. Times keep their distances in the source. */
export async function openMovieTrack(movie: Movie, input: CopyTrackInput): Promise<CopyTrack | NoCopy> {
  const { trackIndex, zeroSeconds } = input;
  const track = movie.tracks[trackIndex];
  const table = track && tableOf(movie, track);
  if (!track?.entry || !table) throw damaged(`Track ${trackIndex} of the file cannot be read.`);
  const index = indexOf(movie, track, table);
  if (index === null) return { whyNot: 'none of its shown frames can be decoded' };
  const isVideo = track.entry.video !== null;
  // Hidden frames would precede the presentation's zero, where players drop a keyframe and all frames that
  // need it.
  if (isVideo && index.hides) return { whyNot: 'it begins between two of its keyframes' };
  if (index.mostBetween > MAX_SEGMENT_SAMPLES) return { whyNot: TOO_MANY };
  if (input.inspectsKeyframes) {
    const whyNot = await whyNoKeyFrames(input, track, table, index);
    if (whyNot !== null) return { whyNot };
  }
  const place = placeOf(movie, track, table, index, zeroSeconds);
  const head = headOf(track, place);
  const sampleAt = (i: number): FragmentSample => {
    const isFirst = isVideo && i === index.samples.at(0);
    // The first frame is there from the presentation's zero on; otherwise players that count from a
    // rendition's first decode time (hls.js, VHS) put all of it earlier.
    const dts = isFirst ? 0 : Math.max(0, table.decodeTimes.at(i) + place.shiftTicks);
    const isLast = i + 1 === table.count;
    const duration = isLast ? table.lastDuration : table.decodeTimes.at(i + 1) + place.shiftTicks - dts;
    const sizeBytes = table.sizes.at(i);
    return {
      dts,
      pts: isFirst && index.isShownFirst ? place.mediaTime : shownAt(table, i) + place.shiftTicks,
      duration,
      sizeBytes,
      isSync: table.sync.at(i) === 1,
    };
  };
  return {
    cuts: {
      trackIndex,
      timescale: track.timescale,
      count: index.samples.count,
      timeAt: (cut) =>
        isVideo && cut === 0 ? 0 : cutTime(table, index, cut) + place.shiftTicks - place.mediaTime,
      bytesBefore: (cut) =>
        table.sizes.sumBefore(index.samples.at(cut)) - table.sizes.sumBefore(index.samples.at(0)),
      keyframeBytes: (cut) => table.sizes.at(index.samples.at(cut)),
    },
    head,
    init: () => initSegment([head]),
    segment(from, to, sequenceNumber) {
      const first = sampleOfCut(index, from);
      const length = sampleOfCut(index, to) - first;
      if (length > MAX_SEGMENT_SAMPLES) throw unsupported(`A segment has ${length} samples: ${TOO_MANY}.`);
      const samples = Array.from({ length }, (_, i) => sampleAt(first + i));
      if (samples.length === 0) throw new RangeError(`Between the cuts ${from} and ${to} lies nothing.`);
      return movieSegment(input, track, table, { first, samples, sequenceNumber });
    },
    iFrame(cut, durationTicks, sequenceNumber) {
      const first = sampleOfCut(index, cut);
      // The frame stands for the whole stretch after the cut, even if the edit list hides it in the film
      // itself.
      const time = cut === 0 ? place.mediaTime : cutTime(table, index, cut) + place.shiftTicks;
      const sample = { ...sampleAt(first), dts: time, pts: time, duration: durationTicks };
      return movieSegment(input, track, table, { first, samples: [sample], sequenceNumber });
    },
  };
}

/** Half a minute has 30,000 samples at a thousand per second; each is held while its segment is written. */
const MAX_SEGMENT_SAMPLES = 50_000;
const TOO_MANY = `more than ${MAX_SEGMENT_SAMPLES} samples lie where it cannot be cut`;

const indexes = new WeakMap<MovieTrack, CutIndex>();

function indexOf(movie: Movie, track: MovieTrack, table: SampleTable): CutIndex | null {
  const index = indexes.get(track) ?? cutIndex(track, table, timelineOf(movie, track));
  if (index !== null) indexes.set(track, index);
  return index;
}

function sampleOfCut({ samples }: CutIndex, cut: number): number {
  if (cut >= 0 && cut < samples.count) return samples.at(cut);
  throw new RangeError(`There are ${samples.count} cuts, and ${cut} is none of them.`);
}

/**
 * The offset added to the source's times, and the media time by which the init segment's edit list removes it
 * again.
 */
type Place = { readonly shiftTicks: number; readonly mediaTime: number };

/**
 * Places the first sample at decode time 0, for players that read no edit list and count from the first
 * decode time of a rendition (hls.js, VHS), however far the source's own clock had gone.
 */
function placeOf(
  movie: Movie,
  track: MovieTrack,
  table: SampleTable,
  index: CutIndex,
  zeroSeconds: number,
): Place {
  const { delaySeconds, mediaTime } = timelineOf(movie, track);
  const laterTicks = Math.round((delaySeconds - zeroSeconds) * track.timescale);
  const first = index.samples.at(0);
  const decoded = table.decodeTimes.at(first);
  // Time by which a frame is decoded before it is shown, or of audio that only its decoder needs.
  const ahead = track.entry?.video
    ? Math.max(0, shownAt(table, first) - decoded)
    : Math.max(0, mediaTime - laterTicks - decoded);
  return { shiftTicks: laterTicks - mediaTime + ahead, mediaTime: ahead };
}

function headOf(track: MovieTrack, { mediaTime }: Place): TrackHead {
  const { entry, timescale, language, width, height, matrix } = track;
  return {
    kind: entry?.video ? 'video' : 'audio',
    timescale,
    sampleEntry: sampleEntryOf(track),
    language: language ?? 'und',
    width: width || (entry?.video?.codedWidth ?? 0),
    height: height || (entry?.video?.codedHeight ?? 0),
    matrix: entry?.video ? matrix : null,
    delaySeconds: 0,
    mediaTime,
    durationTicks: null,
  };
}
