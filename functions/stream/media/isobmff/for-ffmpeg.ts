import type { Patch } from '../../source/overlay.ts';
import type { Movie } from './movie.ts';
import { pcmPatches } from './pcm.ts';
import { uprightPatches } from './upright.ts';

/** What ffmpeg is to see otherwise than it stands in a movie, so that all its versions see the same. */
export function patchesForFfmpeg(movie: Movie): Patch[] {
  return [...uprightPatches(movie), ...pcmPatches(movie)];
}
