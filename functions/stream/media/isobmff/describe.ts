import { damaged, unsupported } from '../../http/problem.ts';
import { snap } from '../containers/frame-rate.ts';
import type { AudioTrack, FrameRate, Media, OtherTrack, Track, VideoTrack } from '../media.ts';
import { name } from './boxes.ts';
import { audioCodecOf, audioCodecString, videoCodecOf, videoCodecString } from './codec.ts';
import type { Movie, MovieTrack } from './movie.ts';
import { pictureFormat } from './picture-format.ts';
import { readSampleTable, type SampleTable } from './sample-table.ts';
import { endOf, startOf, timelineOf } from './timeline.ts';

/** Throws `damaged-media` where the index cannot be right, `unsupported-media` for codecs that nothing here decodes. */
export function describeMovie(movie: Movie): Media {
  const tracks = movie.tracks.map((track) => describeTrack(movie, track));
  const timed = tracks.filter(({ kind }) => kind === 'video' || kind === 'audio');
  const starts = timed.map(({ startSeconds }) => startSeconds);
  const ends = timed.flatMap(({ startSeconds, durationSeconds }) =>
    durationSeconds === null ? [] : [startSeconds + durationSeconds],
  );
  return {
    container: movie.brand === null || movie.brand === 'qt  ' ? 'mov' : 'mp4',
    // A file cut from a live stream starts somewhere: its duration counts from there.
    durationSeconds: ends.length === 0 ? wholeSeconds(movie) : Math.max(...ends) - Math.min(...starts),
    tracks,
    layout: {
      fragmented: movie.fragments !== null,
      moovAtEnd: movie.moovAtEnd,
      hasLocation: movie.locations.length > 0,
    },
  };
}

/** The track's samples; null for a fragmented file that is too long to be walked. */
export function tableOf(movie: Movie, track: MovieTrack): SampleTable | null {
  if (movie.fragments === null) return readSampleTable(movie, track);
  return movie.fragments.tables?.get(track.id) ?? null;
}

/** What the header of a fragmented file claims. */
function wholeSeconds({ fragments, timescale }: Movie): number | null {
  if (fragments === null) return null;
  if (fragments.indexedSeconds !== null) return fragments.indexedSeconds;
  return fragments.durationTicks ? fragments.durationTicks / timescale : null;
}

function describeTrack(movie: Movie, track: MovieTrack): Track {
  const { handler, index, language, isEnabled, entry } = track;
  const base = { index, language, isDefault: isEnabled };
  if (handler !== 'vide' && handler !== 'soun') {
    const kind: OtherTrack['kind'] = ['text', 'sbtl', 'subt', 'clcp'].includes(handler) ? 'subtitle' : 'data';
    const codec = entry?.format ?? handler;
    return { ...base, kind, codec, startSeconds: 0, durationSeconds: null, bitrate: null };
  }
  if (entry === null) throw damaged(`Track ${index} of the file does not say how it is coded (stsd box).`);
  const table = isPcm(track) ? null : tableOf(movie, track);
  const time = { ...base, ...timeOf(movie, track, table) };
  return handler === 'vide' ? videoTrack(time, track, table) : audioTrack(time, track);
}

/** PCM may have a sample for each moment: its header tells its length as well. */
function isPcm({ entry }: MovieTrack): boolean {
  return entry?.audio != null && audioCodecOf(entry) === 'pcm';
}

type Time = Pick<Track, 'index' | 'language' | 'isDefault' | 'startSeconds' | 'durationSeconds' | 'bitrate'>;

function timeOf(movie: Movie, track: MovieTrack, table: SampleTable | null) {
  const { timescale, mediaDuration } = track;
  const { delaySeconds, mediaTime, durationTicks } = timelineOf(movie, track);
  const isEmpty = table !== null && table.count === 0;
  const first = table === null ? 0 : Math.max(0, startOf(table) - mediaTime);
  const last = table === null ? mediaDuration : endOf(table);
  // The index of the samples counts; headers claim all kinds of durations.
  const shown =
    last === null ? durationTicks : Math.min(last - mediaTime, durationTicks ?? Number.POSITIVE_INFINITY);
  const durationSeconds = isEmpty ? 0 : shown === null ? null : Math.max(0, shown - first) / timescale;
  const bytes = table === null ? 0 : table.sizes.reduce((sum, size) => sum + size, 0);
  return {
    startSeconds: delaySeconds + first / timescale,
    durationSeconds,
    bitrate: table === null || !durationSeconds ? null : Math.round((bytes * 8) / durationSeconds),
  };
}

/** Codecs younger than the ffmpeg that decodes here. */
const TOO_YOUNG = new Set(['vvc1', 'vvi1', 'evc1', 'apv1', 'lvc1']);
const PICTURES = new Set(['jpeg', 'png ', 'mjpa', 'mjpb', 'mjpg', 'gif ']);

function videoTrack(
  time: Time,
  { entry, matrix, width, height, timescale }: MovieTrack,
  table: SampleTable | null,
): VideoTrack {
  const video = entry?.video;
  if (!entry || !video) throw damaged('A video track of the file does not say how it is coded.');
  if (TOO_YOUNG.has(entry.format))
    throw unsupported(`The video codec ${name(entry.format)} cannot be decoded here.`);
  const { codedWidth, codedHeight } = video;
  const rotation = rotationOf(matrix);
  const isTurned = rotation === 90 || rotation === 270;
  const squareWidth = Math.max(
    1,
    Math.round(codedWidth * pixelAspect(video.pixelAspect, video, width, height)),
  );
  return {
    ...time,
    kind: 'video',
    codec: videoCodecOf(entry),
    codecString: videoCodecString(entry),
    codedWidth,
    codedHeight,
    displayWidth: isTurned ? codedHeight : squareWidth,
    displayHeight: isTurned ? squareWidth : codedHeight,
    rotation,
    mirrored: isMirrored(matrix),
    frameRate: table && frameRateOf(table, timescale),
    ...pictureFormat(entry),
    isCoverArt: PICTURES.has(entry.format) && (table?.count ?? 0) <= 1,
  };
}

/** `pasp` counts; without one, a `tkhd` of another shape than the picture does, as ffmpeg takes it. */
function pixelAspect(
  [across, down]: readonly [number, number],
  { codedWidth, codedHeight }: { codedWidth: number; codedHeight: number },
  width: number,
  height: number,
): number {
  if (across !== down) return across / down;
  if (width <= 0 || height <= 0 || codedWidth === 0 || codedHeight === 0) return 1;
  const shape = (width * codedHeight) / (height * codedWidth);
  return Math.abs(shape - 1) < 0.01 ? 1 : shape;
}

const matrixValue = (matrix: Buffer, i: number) => matrix.readInt32BE(i * 4) / 65_536;

function isMirrored(matrix: Buffer): boolean {
  const [a, b, c, d] = [0, 1, 3, 4].map((i) => matrixValue(matrix, i)) as [number, number, number, number];
  return a * d - b * c < 0;
}

/** Clockwise, after mirroring left and right; the second row tells, which mirroring leaves alone. */
function rotationOf(matrix: Buffer): 0 | 90 | 180 | 270 {
  const degrees = (Math.atan2(-matrixValue(matrix, 3), matrixValue(matrix, 4)) * 180) / Math.PI;
  const quarter = Math.round((degrees + 360) / 90) % 4;
  return ([0, 90, 180, 270] as const)[quarter] ?? 0;
}

/** Times that differ by one step, but for the clock's rounding in 98 of 100 cases, mean a constant rate. */
function frameRateOf({ count, decodeTimes }: SampleTable, timescale: number): FrameRate | null {
  const span = (decodeTimes[count - 1] ?? 0) - (decodeTimes[0] ?? 0);
  if (count < 2 || span <= 0) return null;
  const step = span / (count - 1);
  let even = 0;
  let exact = 0;
  const usual = mostFrequent(decodeTimes);
  for (let i = 1; i < count; i++) {
    const delta = (decodeTimes[i] ?? 0) - (decodeTimes[i - 1] ?? 0);
    if (Math.abs(delta - step) <= 1) even++;
    if (delta === usual) exact++;
  }
  // The last difference is often off, where a recording was stopped.
  const needed = Math.floor((count - 1) * 0.98);
  if (exact >= needed || (count < 50 && exact >= count - 2))
    return { ...reduced(timescale, usual), constant: true };
  const rate = timescale / step;
  const nearest = snap(rate, 1e-3) ?? { numerator: Math.round(rate * 1000), denominator: 1000 };
  return { ...nearest, constant: even >= needed };
}

function mostFrequent(times: Float64Array): number {
  const counts = new Map<number, number>();
  for (let i = 1; i < times.length && counts.size < 10_000; i++) {
    const delta = (times[i] ?? 0) - (times[i - 1] ?? 0);
    counts.set(delta, (counts.get(delta) ?? 0) + 1);
  }
  let best = 1;
  for (const [delta, times] of counts) if (delta > 0 && times > (counts.get(best) ?? 0)) best = delta;
  return best;
}

function reduced(numerator: number, denominator: number): { numerator: number; denominator: number } {
  let [a, b] = [numerator, denominator];
  while (b !== 0) [a, b] = [b, a % b];
  return { numerator: numerator / a, denominator: denominator / a };
}

function audioTrack(time: Time, { entry }: MovieTrack): AudioTrack {
  const audio = entry?.audio;
  if (!entry || !audio) throw damaged('An audio track of the file does not say how it is coded.');
  const { channels, sampleRate } = audio;
  const codecString = audioCodecString(entry);
  return { ...time, kind: 'audio', codec: audioCodecOf(entry), codecString, channels, sampleRate };
}
