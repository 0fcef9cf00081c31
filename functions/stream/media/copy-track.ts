import { openContainerTrack } from './cuts/container-track.ts';
import { openMovieTrack } from './isobmff/movie-track.ts';
import { CONTAINERS } from './model/containers.ts';
import type { CopyTrack, CopyTrackInput, NoCopy } from './model/copy-track.ts';
import type { Probed } from './probe/probe.ts';

export type ProbedCopyInput = CopyTrackInput & { readonly probed: Probed };

/**
 * Opens a track for copying: a pure function of the object's version. `whyNot` needs no look at the frames.
 */
export async function openCopyTrack(input: ProbedCopyInput): Promise<CopyTrack | NoCopy> {
  const { movie, media, remuxObstacle } = input.probed;
  const obstacle = remuxObstacle(input.trackIndex);
  if (obstacle !== null) return { whyNot: obstacle };
  if (movie !== null) return openMovieTrack(movie, input);
  if (CONTAINERS[media.container].index === 'cues') return openContainerTrack(media, input);
  return { whyNot: `${media.container} files are not cut into segments` };
}
