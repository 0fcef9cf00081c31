import type { CachedAccess } from '../../source/cache.ts';
import { editedMovie } from './edited-movie.ts';
import type { Movie } from './movie.ts';
import { pcmPatches } from './pcm.ts';
import { uprightPatches } from './upright.ts';

/** Opens a movie with the changes with which all versions of ffmpeg read it alike, and right. */
export async function forFfmpeg(access: CachedAccess, movie: Movie): Promise<CachedAccess> {
  return editedMovie(access, movie, [...uprightPatches(movie), ...pcmPatches(movie)]);
}
