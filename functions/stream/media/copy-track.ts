import { openContainerTrack } from './cuts/container-track.ts';
import { openMovieTrack } from './isobmff/movie-track.ts';
import type { CopyTrack, CopyTrackInput, NoCopy } from './model/copy-track.ts';
import type { Container } from './model/media.ts';
import type { Probed } from './probe/probe.ts';

export type ProbedCopyInput = CopyTrackInput & { readonly probed: Probed };

/** A pure function of the object's version, but for `whyNot` without a look at the pictures. */
export async function openCopyTrack(input: ProbedCopyInput): Promise<CopyTrack | NoCopy> {
  const { movie, media, remuxObstacle } = input.probed;
  const obstacle = remuxObstacle(input.trackIndex);
  if (obstacle !== null) return { whyNot: obstacle };
  if (movie !== null) return openMovieTrack(movie, input);
  if (CONTAINERS_WITH_CUES.has(media.container)) return openContainerTrack(media, input);
  return { whyNot: `${media.container} files are not cut into segments` };
}

const CONTAINERS_WITH_CUES = new Set<Container>(['matroska', 'webm']);
