import type { Probed } from '../probe.ts';
import { knownTable } from './describe.ts';

/** A sample's place, size, times and kind, and what cutting the track at it takes. */
const SAMPLE_BYTES = 25 + 28;
const BASE_BYTES = 32 * 1024;

/** About the memory that a probe holds, with what is made of it later. */
export function heldBytes({ movie }: Probed): number {
  if (movie === null) return BASE_BYTES;
  const samples = movie.tracks.reduce((sum, track) => sum + (knownTable(movie, track)?.count ?? 0), 0);
  return BASE_BYTES + movie.moovBytes.byteLength + samples * SAMPLE_BYTES;
}
