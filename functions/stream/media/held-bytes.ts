import { knownTable } from './isobmff/describe.ts';
import type { Movie } from './isobmff/movie.ts';
import type { Media } from './media.ts';
import type { Probed } from './probe.ts';

const BASE_BYTES = 32 * 1024;
/** A sample's place, size, times and kind, and what cutting the track at it takes. */
const SAMPLE_BYTES = 25 + 28;
/** What cutting a second of sound at each of its frames takes. */
const SOUND_BYTES = 47 * 28;

/** About the memory that a probe holds, with what is made of it later. */
export function heldBytes({ movie, media }: Probed): number {
  return BASE_BYTES + (movie === null ? soundBytes(media) : indexBytes(movie));
}

function indexBytes(movie: Movie): number {
  const samples = movie.tracks.reduce((sum, track) => sum + (knownTable(movie, track)?.count ?? 0), 0);
  return movie.moovBytes.byteLength + samples * SAMPLE_BYTES;
}

function soundBytes({ durationSeconds, tracks }: Media): number {
  return tracks.filter(({ kind }) => kind === 'audio').length * (durationSeconds ?? 0) * SOUND_BYTES;
}
