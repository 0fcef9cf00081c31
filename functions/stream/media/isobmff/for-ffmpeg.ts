import type { Patch } from '../../source/overlay.ts';
import type { Movie } from './movie.ts';
import { pcmPatches } from './pcm.ts';
import { uprightPatches } from './upright.ts';

/** Returns the changes to a movie with which all versions of ffmpeg read it alike. */
export function patchesForFfmpeg(movie: Movie): Patch[] {
  return [...uprightPatches(movie), ...pcmPatches(movie)];
}
