import { damaged } from '../../base/problem.ts';
import { asDamaged } from '../boxes/boxes.ts';
import { audioLabel, subtitleLabel } from '../model/label.ts';
import type { AudioTrack, FrameRate, Media, Track, VideoTrack } from '../model/media.ts';
import { audioCodecOf, audioCodecString, codecNameOf, videoCodecOf, videoCodecString } from './codec.ts';
import { editObstacle } from './edit-parts.ts';
import { frameSize } from './frame-size.ts';
import { isPlaceless } from './location.ts';
import type { Movie, MovieTrack } from './movie.ts';
import { pcmObstacle } from './pcm.ts';
import { sampleFormat } from './sample-format.ts';
import { readSampleTable } from './sample-table.ts';
import type { SampleTable } from './samples.ts';
import { frameRateOf } from './table-frame-rate.ts';
import { endOf, hiddenBy, startOf, timelineOf } from './timeline.ts';

/** Describes a movie as `Media`. Throws `damaged-media` if the index cannot be right. */
export function describeMovie(movie: Movie): Media {
  const tracks = movie.tracks.map((track) => describeTrack(movie, track));
  const shown = tracks.filter(({ kind }) => kind === 'video' || kind === 'audio');
  const played = shown.filter((track) => track.kind !== 'video' || !track.isCoverArt);
  // Without any other track, the cover's duration counts.
  const timed = played.length === 0 ? shown : played;
  const starts = timed.map(({ startSeconds }) => startSeconds);
  const ends = timed.flatMap(({ startSeconds, durationSeconds }) =>
    durationSeconds === null ? [] : [startSeconds + durationSeconds],
  );
  return {
    container: movie.brand === null || movie.brand === 'qt  ' ? 'mov' : 'mp4',
    // A file cut from a live stream starts at any time: its duration counts from there.
    durationSeconds: ends.length === 0 ? wholeSeconds(movie) : Math.max(...ends) - Math.min(...starts),
    originSeconds: 0,
    tracks,
    layout: {
      fragmented: movie.fragments !== null,
      moovAtEnd: movie.moovAtEnd,
      hasLocation: !isPlaceless(movie.locations),
    },
  };
}

const tables = new WeakMap<MovieTrack, SampleTable>();

/**
 * Reads the track's samples at the first call; null for a fragmented file that is too long to be walked, and
 * if the index was dropped before.
 */
export function tableOf(movie: Movie, track: MovieTrack): SampleTable | null {
  if (movie.fragments !== null) return movie.fragments.tables?.get(track.id) ?? null;
  const known = tables.get(track);
  if (known !== undefined) return known;
  const { moovBytes, fileSizeBytes } = movie;
  if (moovBytes === null) return null;
  try {
    const table = readSampleTable({ moovBytes, fileSizeBytes }, track);
    tables.set(track, table);
    return table;
  } catch (error) {
    throw asDamaged(error);
  }
}

/** A longer index is read again when its bytes are needed. */
const HELD_INDEX_BYTES = 8 * 1024 * 1024;

/**
 * Returns the movie with the tables of its played tracks, and without the bytes that they were read from if
 * these are many.
 */
export function withoutLongIndex(movie: Movie): Movie {
  if ((movie.moovBytes?.length ?? 0) <= HELD_INDEX_BYTES) return movie;
  for (const track of movie.tracks) {
    if (track.entry?.video || track.entry?.audio) tableOf(movie, track);
    else if (SUBTITLES.has(track.handler)) rememberTable(movie, track);
  }
  return { ...movie, moovBytes: null };
}

/** Reads the table of a track that a film plays without: if it is damaged, that is told where the track is asked for. */
function rememberTable(movie: Movie, track: MovieTrack): void {
  try {
    tableOf(movie, track);
  } catch {
    // There is no table, as for a track that was not read.
  }
}

/** Returns the table that `tableOf` has read already; null if it has not. */
export function knownTable(movie: Movie, track: MovieTrack): SampleTable | null {
  return movie.fragments?.tables?.get(track.id) ?? tables.get(track) ?? null;
}

/** Returns the duration in the header of a fragmented file. */
function wholeSeconds({ fragments, timescale }: Movie): number | null {
  if (fragments === null) return null;
  if (fragments.indexedSeconds !== null) return fragments.indexedSeconds;
  return fragments.durationTicks ? fragments.durationTicks / timescale : null;
}

function describeTrack(movie: Movie, track: MovieTrack): Track {
  const { handler, index, language, isEnabled, entry } = track;
  const base = {
    index,
    stream: streamOf(movie, track),
    undecodable: null,
    language,
    isDefault: isEnabled,
  };
  if (handler !== 'vide' && handler !== 'soun') {
    const codec = entry?.format ?? handler;
    const other = { ...base, codec, startSeconds: 0, durationSeconds: null, bitrate: null };
    if (!isSubtitle(track)) return { ...other, kind: 'data' };
    const { title, roles } = track;
    const label = subtitleLabel(title, {
      isForced: roles.includes('forced-subtitle') || roles.includes('forced_subtitle'),
      isForHearingImpaired: roles.includes('caption'),
    });
    return { ...other, kind: 'subtitle', ...label };
  }
  if (entry === null) throw damaged(`Track ${index} of the file has no sample entry (stsd box).`);
  const table = isPcm(track) ? null : tableOf(movie, track);
  const undecodable = editObstacle(movie, track);
  const time = { ...base, undecodable, ...timeOf(movie, track, table) };
  return handler === 'vide' ? videoTrack(time, track, table) : audioTrack(time, track);
}

/**
 * Returns ffmpeg's specifier: the track's id, since ffmpeg counts images of the metadata among the tracks;
 * its position if the ids are unfit.
 */
function streamOf({ tracks }: Movie, { id, index }: MovieTrack): string {
  return id > 0 && tracks.every((track) => track.index === index || track.id !== id) ? `i:${id}` : `${index}`;
}

const SUBTITLES = new Set(['text', 'sbtl', 'subt', 'subp', 'clcp']);

function isSubtitle({ handler, isForChapters }: MovieTrack): boolean {
  return SUBTITLES.has(handler) && !isForChapters;
}

/**
 * Tells whether a track is PCM, which may have a sample for each moment: its header tells its length as well.
 */
export function isPcm({ entry }: MovieTrack): boolean {
  return entry?.audio != null && audioCodecOf(entry) === 'pcm';
}

type Time = Pick<
  Track,
  | 'index'
  | 'stream'
  | 'undecodable'
  | 'language'
  | 'isDefault'
  | 'startSeconds'
  | 'durationSeconds'
  | 'bitrate'
  | 'isEdited'
  | 'hidesStart'
  | 'hidesEnd'
>;

function timeOf(movie: Movie, track: MovieTrack, table: SampleTable | null) {
  const { timescale, mediaDuration } = track;
  const timeline = timelineOf(movie, track);
  const { delaySeconds, mediaTime, durationTicks, isComplex } = timeline;
  const isEmpty = table !== null && table.count === 0;
  const first = table === null || isComplex ? 0 : Math.max(0, startOf(table) - mediaTime);
  const last = table === null ? mediaDuration : endOf(table);
  // The index of the samples counts; headers claim all kinds of durations. Cuts and repeats add up to what
  // they do.
  const shown =
    last === null || isComplex
      ? durationTicks
      : Math.min(last - mediaTime, durationTicks ?? Number.POSITIVE_INFINITY);
  const durationSeconds = isEmpty ? 0 : shown === null ? null : Math.max(0, shown - first) / timescale;
  const bytes = table === null ? 0 : table.sizes.sumBefore(table.count);
  return {
    startSeconds: delaySeconds + first / timescale,
    durationSeconds,
    bitrate: table === null || !durationSeconds ? null : Math.round((bytes * 8) / durationSeconds),
    ...(isComplex && { isEdited: true as const }),
    ...(table !== null && last !== null && hiddenBy(timeline, track, { begin: startOf(table), end: last })),
  };
}

const IMAGE_CODECS = new Set(['jpeg', 'png ', 'mjpa', 'mjpb', 'mjpg', 'gif ']);

function videoTrack(
  time: Time,
  { entry, matrix, timescale, width, height, isForChapters }: MovieTrack,
  table: SampleTable | null,
): VideoTrack {
  if (!entry?.video) throw damaged('A video track of the file has no sample entry.');
  const isStill = IMAGE_CODECS.has(entry.format) && (table?.count ?? 0) <= 1;
  return {
    ...time,
    kind: 'video',
    codec: videoCodecOf(entry),
    codecName: codecNameOf(entry),
    codecString: entry.hasOthers ? null : videoCodecString(entry),
    ...frameSize(entry, entry.video, { matrix, width, height }),
    frameRate: table && shownRate(frameRateOf(table, timescale), time.isEdited),
    ...sampleFormat(entry),
    isCoverArt: isStill || isForChapters,
  };
}

/** Frames behind a join, and around what stands still, lie on no one grid. */
function shownRate(rate: FrameRate | null, isEdited: true | undefined): FrameRate | null {
  return rate && isEdited ? { ...rate, constant: false } : rate;
}

function audioTrack(time: Time, { entry, title, roles }: MovieTrack): AudioTrack {
  const audio = entry?.audio;
  if (!entry || !audio) throw damaged('An audio track of the file has no sample entry.');
  const { channels, sampleRate, bitsPerSample } = audio;
  // A track whose coding changes has no one codec string: players take the first sample entry for the only one.
  const codecString = entry.hasOthers ? null : audioCodecString(entry);
  const codec = { codec: audioCodecOf(entry), codecName: codecNameOf(entry), codecString };
  const undecodable = time.undecodable ?? pcmObstacle(entry);
  const format = { channels, sampleRate, bitsPerSample, codecDelaySeconds: 0 };
  const label = audioLabel(title, {
    isCommentary: roles.includes('commentary'),
    isDescription: roles.includes('description'),
  });
  return { ...time, undecodable, kind: 'audio', ...codec, ...format, ...label };
}
