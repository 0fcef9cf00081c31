import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { box, fullBox, text, uint32 } from '../functions/stream/media/boxes/write-box.ts';
import { tableOf } from '../functions/stream/media/isobmff/describe-movie.ts';
import { type Movie, type MovieTrack, readMovie } from '../functions/stream/media/isobmff/movie.ts';
import { mvhd, type TrackTables, trak } from '../functions/stream/media/isobmff/track-boxes.ts';
import { bytesAccess } from './file-access.ts';
import { ffmpeg } from './verify.ts';

/** In whole frames of video and of AAC. */
export const UNIT_SECONDS = 8;
const UNITS = 10_800;
export const DAY_SECONDS = UNITS * UNIT_SECONDS;
export const DAY_FRAME_RATE = 60;
export const DAY_VIDEO_SAMPLES = DAY_SECONDS * DAY_FRAME_RATE;
export const DAY_AUDIO_SAMPLES = (DAY_SECONDS * 48_000) / 1024;

/**
 * Writes a film of 24 hours of 60 frames a second, with B-frames, and of AAC: an index of nine million
 * samples, as long as any, and the media of eight seconds, to which all of it points: that of `unitName`,
 * which is written as well. Needs the part `ffmpeg`.
 */
export async function makeDayFilm(folder: string, name: string, unitName: string): Promise<void> {
  const unit = join(folder, unitName);
  const inputs = ['-f', 'lavfi', '-i', 'testsrc2=s=480x270:r=60', '-f', 'lavfi', '-i', 'sine=f=500:r=48000'];
  const video = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-bf', '2'];
  const keys = ['-g', '120', '-keyint_min', '120', '-sc_threshold', '0', '-x264-params', 'open-gop=0'];
  const ends = ['-t', String(UNIT_SECONDS), '-frames:a', String((UNIT_SECONDS * 48_000) / 1024)];
  await ffmpeg(...inputs, ...video, ...keys, '-c:a', 'aac', '-b:a', '48k', '-ac', '1', ...ends, unit);
  const bytes = await readFile(unit);
  const movie = await readMovie(bytesAccess(bytes));
  if (movie === null) throw new Error('The unit is no movie.');
  const tracks = movie.tracks.map((track) => unitOf(movie, track, bytes));
  const media = Buffer.concat(tracks.map(({ samples }) => samples));
  const index = (mediaAt: number) => {
    let position = mediaAt;
    const traks = tracks.map((track, i) => {
      const written = trak(track.head, i + 1, 1000, tablesOf(track, position));
      position += track.samples.length;
      return written;
    });
    return box('moov', mvhd(1000, DAY_SECONDS * 1000, tracks.length + 1), ...traks);
  };
  const ftyp = box('ftyp', text('isom'), uint32(512), text('isomiso2avc1mp41'));
  const start = ftyp.length + index(0).length + 8;
  await writeFile(join(folder, name), [ftyp, index(start), box('mdat', media)]);
}

type Unit = ReturnType<typeof unitOf>;

function unitOf(movie: Movie, track: MovieTrack, file: Buffer) {
  const table = tableOf(movie, track);
  const { entry, timescale, width, height } = track;
  if (table === null || entry === null) throw new Error('The unit has no such track.');
  const isVideo = entry.video !== null;
  const head = {
    kind: isVideo ? ('video' as const) : ('audio' as const),
    timescale,
    sampleEntry: entry.bytes,
    language: 'eng',
    width,
    height,
    matrix: null,
    delaySeconds: 0,
    // Time of frames decoded ahead of display, and of the encoder's priming.
    mediaTime: track.edits.find(({ mediaTime }) => mediaTime >= 0)?.mediaTime ?? 0,
    durationTicks: null,
  };
  const samples = [...table.offsets].map((at, i) => file.subarray(at, at + table.sizes.at(i)));
  return { head, table, isVideo, samples: Buffer.concat(samples) };
}

function tablesOf({ table, head, isVideo }: Unit, mediaAt: number): TrackTables {
  const { count, sizes, compositionOffsets, sync } = table;
  const step = isVideo ? head.timescale / DAY_FRAME_RATE : 1024;
  const all = count * UNITS;
  const offsets = [...compositionOffsets].flatMap((offset) => [1, offset]);
  const keys = [...sync].flatMap((isSync, i) => (isSync ? [i + 1] : []));
  const units = Array.from({ length: UNITS }, (_, unit) => unit);
  const boxes = [
    fullBox('stts', 0, 0, uint32(1, all, step)),
    ...(isVideo ? [fullBox('ctts', 0, 0, uint32(all), ...Array(UNITS).fill(uint32(...offsets)))] : []),
    ...(isVideo
      ? [
          fullBox(
            'stss',
            0,
            0,
            uint32(keys.length * UNITS),
            ...units.map((i) => uint32(...keys.map((key) => i * count + key))),
          ),
        ]
      : []),
    fullBox('stsc', 0, 0, uint32(1, 1, count, 1)),
    fullBox('stsz', 0, 0, uint32(0, all), ...Array(UNITS).fill(uint32(...sizes))),
    fullBox('stco', 0, 0, uint32(UNITS), ...units.map(() => uint32(mediaAt))),
  ];
  return { boxes, presentedTicks: all * step, mediaTicks: all * step };
}
