import { CUT_ORIGIN_SECONDS, cutOfLongMovie } from '../media/isobmff/movie-cut.ts';
import type { Track } from '../media/model/media.ts';
import type { EngineContext } from './transcode-object.ts';

/**
 * Wraps work so that it reads a cut of a movie with a long index, from its beginning on; null if the movie is
 * not cut.
 */
export function withCuts<Context extends EngineContext>(
  context: Context,
  tracks: readonly Track[],
): Context | null {
  const { access, probed } = context;
  const indexes = tracks.map(({ index }) => index);
  const movieCut = probed.movie && cutOfLongMovie(probed.movie, access, indexes);
  if (movieCut === null) return null;
  const media = { ...probed.media, originSeconds: CUT_ORIGIN_SECONDS };
  return { ...context, probed: { ...probed, media }, cut: { movieCut, fromSeconds: 0 } };
}

/** Cuts from `fromSeconds` of the file's timeline on, including the keyframe before that. */
export function cutFrom<Context extends EngineContext>(context: Context, fromSeconds: number): Context {
  return context.cut === undefined ? context : { ...context, cut: { ...context.cut, fromSeconds } };
}
