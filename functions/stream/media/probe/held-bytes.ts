import { knownTable } from '../isobmff/describe-movie.ts';
import type { Movie } from '../isobmff/movie.ts';
import type { Media } from '../model/media.ts';
import type { Probed } from './probe.ts';

const BASE_BYTES = 32 * 1024;
/** Bytes for cutting video at one keyframe. */
const KEY_FRAME_BYTES = 4;
/** Bytes for cutting a second of audio at each of its frames. */
const AUDIO_BYTES = 47 * 28;

/** Estimates the memory that a probe holds, including what is derived from it later: a whole number of bytes. */
export function heldBytes({ movie, media }: Probed): number {
  return BASE_BYTES + (movie === null ? audioBytes(media) : indexBytes(movie));
}

function indexBytes(movie: Movie): number {
  const tables = movie.tracks.map((track) => {
    const table = knownTable(movie, track);
    if (table === null) return 0;
    const cuts = track.handler === 'soun' ? 0 : table.sync.sumBefore(table.count);
    return table.heldBytes + cuts * KEY_FRAME_BYTES;
  });
  return (movie.moovBytes?.byteLength ?? 0) + tables.reduce((sum, bytes) => sum + bytes, 0);
}

function audioBytes({ durationSeconds, tracks }: Media): number {
  return tracks.filter(({ kind }) => kind === 'audio').length * Math.ceil(durationSeconds ?? 0) * AUDIO_BYTES;
}
