import { Readable } from 'node:stream';
import type { RandomAccess } from '../../source/bytes.ts';
import type { Flow } from '../../source/loopback.ts';
import { isPcm, knownTable, tableOf } from './describe-movie.ts';
import type { Movie, MovieTrack } from './movie.ts';
import { withQuickTimeName } from './pcm.ts';
import { pcmPackets, pcmSampleBytes } from './pcm-packets.ts';
import type { SampleEntry } from './sample-entry.ts';
import { firstSample, packetHead, readPackets } from './sample-packets.ts';
import type { SampleTable } from './samples.ts';
import { endOf, type Timeline, timelineOf } from './timeline.ts';
import { WITHOUT_PLACE } from './track-boxes.ts';
import { writeFragmentedMp4 } from './write-fragmented.ts';

/** Some tracks of a movie from `fromSeconds` of its timeline on, as a file of its own: fragments, to be read in order. */
export type MovieCut = (fromSeconds: number) => AsyncGenerator<Uint8Array, void, void>;

/**
 * The clock of a cut at the beginning of the movie's timeline. Samples that are decoded before it, and hidden
 * by an edit list, have times too, which cannot be negative.
 */
export const CUT_ORIGIN_SECONDS = 600;

/** Preroll of audio decoders. */
const DECODER_PREROLL_SECONDS = 0.5;

/** As many samples as two hours of 24 frames a second with AAC have. */
const LONG_SAMPLES = 500_000;

/**
 * Returns the cut of a long movie; null for a short one, and for one that needs a reader of the whole file.
 * ffmpeg reads all of an index before it begins, and holds it in memory: 80 MB for 24 hours became 380.
 */
export function cutOfLongMovie(
  movie: Movie,
  file: RandomAccess,
  trackIndexes: readonly number[],
): MovieCut | null {
  // PCM has a sample for each moment, and no long index.
  const listed = movie.tracks.filter((track) => !isPcm(track));
  const samples = listed.reduce((sum, track) => sum + (knownTable(movie, track)?.count ?? 0), 0);
  return samples < LONG_SAMPLES ? null : movieCut(movie, file, trackIndexes);
}

/** Opens tracks of a long movie, from a time of its timeline on; null where `cutOfLongMovie` is. */
export function flowOfLongMovie(
  movie: Movie,
  file: RandomAccess,
  trackIndexes: readonly number[],
  fromSeconds: number,
): Flow | null {
  const cut = cutOfLongMovie(movie, file, trackIndexes);
  return cut && flowOf(cut, fromSeconds);
}

/** Opens a cut for a reader of its own. */
export function flowOf(cut: MovieCut, fromSeconds: number): Flow {
  const stream = () => Readable.from(cut(fromSeconds), { objectMode: false, highWaterMark: 256 * 1024 });
  return { sizeBytes: null, stream };
}

/** Returns the cut of a movie of any length. The tracks keep their ids. */
export function movieCut(movie: Movie, file: RandomAccess, trackIndexes: readonly number[]): MovieCut | null {
  const ids = new Set(movie.tracks.map(({ id }) => id));
  const cutTracks = trackIndexes.flatMap((index) => {
    const track = movie.tracks[index];
    const table = track?.entry && !track.entry.hasOthers ? tableOf(movie, track) : null;
    if (!track || table === null || !hasPackets(track, table)) return [];
    const timeline = timelineOf(movie, track);
    return isCuttable(track, table, timeline) ? [{ track, table, timeline }] : [];
  });
  if (cutTracks.length < trackIndexes.length || ids.size < movie.tracks.length || ids.has(0)) return null;
  return (fromSeconds) =>
    writeFragmentedMp4(
      cutTracks.map(({ track, table, timeline }) => packetTrack(file, track, table, timeline, fromSeconds)),
      cutTracks.map(({ track }) => track.id),
      { isQuickTime: cutTracks.some(({ track }) => track.entry !== null && isQuickTimeEntry(track.entry)) },
    );
}

/** Tells whether an audio entry has one of QuickTime's longer forms, which only its files have. */
function isQuickTimeEntry({ audio, bytes }: SampleEntry): boolean {
  return audio !== null && audio.audioSpecificConfig === null && bytes.readUInt16BE(VERSION_AT) > 0;
}

/** Offsets in an audio entry: its version, and what tells that its samples are packets of any size. */
const VERSION_AT = 16;
const COMPRESSION_AT = 28;
const OF_ANY_SIZE = -2;

/** Tells whether a track's samples are packets, or PCM of a known size. */
function hasPackets(track: MovieTrack, table: SampleTable): boolean {
  const { entry } = track;
  if (!entry?.audio) return entry?.video != null;
  if (isPcm(track)) return pcmSampleBytes(entry, table) !== null;
  return !isQuickTimeEntry(entry) || entry.bytes.readInt16BE(COMPRESSION_AT) === OF_ANY_SIZE;
}

/**
 * Tells whether a track can be cut: not if its index has jumps, or hides samples that are needed for shown
 * ones.
 */
function isCuttable(
  { entry, timescale }: MovieTrack,
  table: SampleTable,
  { mediaTime, durationTicks, isComplex }: Timeline,
): boolean {
  if (isComplex || !table.runsForwards || table.count === 0) return false;
  if (!entry?.video) return true;
  const frame = Math.max(table.lastDuration, timescale / 24);
  const hidesEnd = durationTicks !== null && mediaTime + durationTicks < endOf(table) - frame;
  return !hidesEnd && mediaTime < CUT_ORIGIN_SECONDS * timescale;
}

function packetTrack(
  file: RandomAccess,
  track: MovieTrack,
  table: SampleTable,
  { delaySeconds, mediaTime, durationTicks }: Timeline,
  fromSeconds: number,
) {
  const { timescale } = track;
  const ahead = track.entry?.audio ? DECODER_PREROLL_SECONDS : 0;
  const from = mediaTime + (fromSeconds - ahead - delaySeconds) * timescale;
  const shift = mediaTime - Math.round((delaySeconds + CUT_ORIGIN_SECONDS) * timescale);
  const end = mediaTime + (durationTicks ?? Number.POSITIVE_INFINITY);
  const first = firstSample(table, from);
  const sampleBytes = track.entry && isPcm(track) ? pcmSampleBytes(track.entry, table) : null;
  return {
    ...packetHead(track),
    ...(track.entry && sampleBytes !== null && { sampleEntry: withQuickTimeName(track.entry) }),
    // ffmpeg would rotate the video by itself.
    ...WITHOUT_PLACE,
    packets:
      sampleBytes === null
        ? readPackets(file, table, first, shift, end)
        : pcmPackets(file, table, sampleBytes, first, shift, end),
  };
}
