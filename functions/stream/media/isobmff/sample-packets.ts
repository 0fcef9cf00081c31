import { damaged } from '../../base/problem.ts';
import type { RandomAccess } from '../../source/bytes.ts';
import { isRemuxedCodec } from '../model/codecs.ts';
import { firstIndex } from '../model/first-index.ts';
import type { Packet, PacketTrack } from '../model/packets.ts';
import { audioCodecOf, videoCodecOf } from './codec.ts';
import { audioSampleEntry, esds } from './codec-entry.ts';
import { tableOf } from './describe-movie.ts';
import type { Movie, MovieTrack } from './movie.ts';
import { durationOf, type SampleTable } from './samples.ts';
import { endOf, firstUnneeded, startOf, type Timeline, timelineOf } from './timeline.ts';

export type MoviePacketsOptions = {
  /** `MovieTrack.index` of the wanted tracks. */
  readonly trackIndexes: readonly number[];
  /**
   * Presentation begins here, on the movie's timeline; samples needed to decode it come along, hidden by an
   * edit.
   */
  readonly startSeconds: number;
  readonly durationSeconds: number | null;
};

/** Returns why a track cannot be repackaged unchanged, in words for people; null if it can. */
export function movieRemuxObstacle(movie: Movie, trackIndex: number): string | null {
  const track = movie.tracks[trackIndex];
  if (track?.entry == null) return 'there is no such track';
  const { entry } = track;
  const codec = entry.video ? videoCodecOf(entry) : audioCodecOf(entry);
  if (!isRemuxedCodec(entry.video ? 'video' : 'audio', codec))
    return `${codec} in MP4 is not played by browsers`;
  if (entry.hasOthers) return 'its coding changes within the track';
  if (timelineOf(movie, track).isComplex) return 'its edit list shows several parts';
  const table = tableOf(movie, track);
  if (table === null) return 'the file has too many fragments';
  return table.runsForwards ? null : 'its times run backwards';
}

/** Opens the tracks as packets with the source's times. Throws `damaged-media`. */
export function moviePackets(movie: Movie, file: RandomAccess, options: MoviePacketsOptions): PacketTrack[] {
  const chosen = options.trackIndexes.flatMap((index) => {
    const track = movie.tracks[index];
    const table = track && tableOf(movie, track);
    return track && table ? [{ track, table, timeline: timelineOf(movie, track) }] : [];
  });
  const begin =
    options.startSeconds +
    Math.min(...chosen.map(({ track, table, timeline }) => beginOf(track, table, timeline)));
  const end = options.durationSeconds === null ? Number.POSITIVE_INFINITY : begin + options.durationSeconds;
  return chosen.map(({ track, table, timeline }) => packetTrack(file, track, table, timeline, begin, end));
}

/**
 * Returns when a track's first sample is presented, in seconds; later than 0 in files that were cut from a
 * live stream.
 */
function beginOf(
  { timescale }: MovieTrack,
  table: SampleTable,
  { delaySeconds, mediaTime }: Timeline,
): number {
  return delaySeconds + Math.max(0, startOf(table) - mediaTime) / timescale;
}

function packetTrack(
  file: RandomAccess,
  track: MovieTrack,
  table: SampleTable,
  timeline: Timeline,
  begin: number,
  end: number,
): PacketTrack {
  const { timescale } = track;
  const delay = timeline.delaySeconds - begin;
  const start = timeline.mediaTime + Math.round(Math.max(0, -delay) * timescale);
  const mediaEnd = Math.min(
    timeline.mediaTime + (timeline.durationTicks ?? Number.POSITIVE_INFINITY),
    timeline.mediaTime + (end - timeline.delaySeconds) * timescale,
  );
  const first = firstSample(table, start - prerollTicks(track));
  // Times count from the first sample that is sent, unless the presentation starts before it.
  const shift = Math.min(start, table.decodeTimes.at(first));
  const shownEnd = Math.min(mediaEnd, endOf(table));
  return {
    ...packetHead(track),
    delaySeconds: Math.max(0, delay),
    mediaTime: start - shift,
    durationTicks: Math.max(0, Math.round(shownEnd - start)),
    packets: readPackets(file, table, first, shift, mediaEnd),
  };
}

/**
 * Builds the parts of a track's head that do not depend on where an output begins. Throws `damaged-media`
 * without a sample entry.
 */
export function packetHead(track: MovieTrack) {
  const { entry, timescale, language, width, height, matrix } = track;
  if (entry === null) throw damaged('A track of the file has no sample entry.');
  return {
    kind: entry.video ? ('video' as const) : ('audio' as const),
    timescale,
    sampleEntry: sampleEntryOf(track),
    language: language ?? 'und',
    width: width || (entry.video?.codedWidth ?? 0),
    height: height || (entry.video?.codedHeight ?? 0),
    matrix: entry.video ? matrix : null,
  };
}

/**
 * Returns the last sync sample that is presented at or before `time`, otherwise the first of all; decode
 * times never fall.
 */
export function firstSample(
  { count, sync, decodeTimes, compositionOffsets }: SampleTable,
  time: number,
): number {
  const later = firstIndex(0, count, (sample) => decodeTimes.at(sample) > time);
  for (let i = later - 1; i > 0; i--) {
    if (sync.at(i) === 1 && decodeTimes.at(i) + compositionOffsets.at(i) <= time) return i;
  }
  return 0;
}

/** Returns the preroll that audio decoders need: two frames of AAC, 80 ms of Opus (RFC 7845 §4.6). */
export function prerollTicks({ entry, timescale }: MovieTrack): number {
  if (!entry?.audio) return 0;
  const seconds = audioCodecOf(entry) === 'opus' ? 0.08 : 2048 / (entry.audio.sampleRate || timescale);
  return Math.ceil(seconds * timescale);
}

/**
 * Yields packets in decode order: those that are shown before `end`, and those that lead to them.
 */
export async function* readPackets(
  file: RandomAccess,
  table: SampleTable,
  first: number,
  shift: number,
  end: number,
): AsyncGenerator<Packet, void, void> {
  const { offsets, sizes, decodeTimes, compositionOffsets, sync } = table;
  const after = firstUnneeded(table, end);
  for (let i = first; i < after; i++) {
    const time = decodeTimes.at(i);
    const offset = offsets.at(i);
    const size = sizes.at(i);
    const data = await file.read(offset, offset + size);
    if (data.byteLength < size) throw damaged('The file ends within its media.');
    const dts = time - shift;
    const duration = Math.max(0, durationOf(table, i));
    yield { data, dts, pts: dts + compositionOffsets.at(i), duration, isSync: sync.at(i) === 1 };
  }
}

/** Returns the entry unchanged, so that its colours are not lost, except where players need another form. */
export function sampleEntryOf({ entry }: MovieTrack): Uint8Array {
  if (entry === null) return new Uint8Array();
  // The parameter sets are in hvcC either way; Apple plays only hvc1.
  if (entry.format === 'hev1' && entry.configurations.has('hvcC')) {
    const renamed = Buffer.from(entry.bytes);
    renamed.write('hvc1', 4, 'latin1');
    return renamed;
  }
  // Players misread QuickTime's longer sound descriptions in an MP4.
  const isQuickTime = entry.audio !== null && entry.bytes.readUInt16BE(16) !== 0;
  const config = entry.audio?.audioSpecificConfig;
  return isQuickTime && config ? audioSampleEntry('mp4a', entry.audio, esds(config)) : entry.bytes;
}
