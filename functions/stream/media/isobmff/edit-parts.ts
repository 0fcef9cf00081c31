import type { Edit, Movie, MovieTrack } from './movie.ts';

/** A part of a track's samples, and when it is shown. */
export type Part = {
  /** On the movie's clock, as the duration. */
  readonly startTicks: number;
  /** Zero means "to the end" in files that are fragmented or were written while recording. */
  readonly durationTicks: number;
  /** The track's own time at which the part begins, in ticks of the track. */
  readonly mediaTime: number;
  /** 0 where one frame stands still. */
  readonly rate: number;
};

/**
 * Returns the parts that a track's edit list shows, in their order (ISO/IEC 14496-12 §8.6.6): those that follow each
 * other in the samples as well are one, and what shows nothing is time between them.
 */
export function partsOf({ timescale }: Pick<Movie, 'timescale'>, track: MovieTrack): readonly Part[] {
  const shown = track.edits.filter(({ mediaTime }) => mediaTime >= 0);
  const isOpen = shown.every(({ durationTicks }) => durationTicks === 0);
  const parts: Part[] = [];
  let startTicks = 0;
  for (const edit of track.edits) {
    const part = { ...edit, startTicks };
    startTicks += edit.durationTicks;
    // Some programs end a list with an edit that has no length.
    if (edit.mediaTime < 0 || (edit.durationTicks === 0 && !isOpen)) continue;
    const before = parts.at(-1);
    if (before !== undefined && follows(before, part, track.timescale / timescale))
      parts[parts.length - 1] = { ...before, durationTicks: before.durationTicks + edit.durationTicks };
    else parts.push(part);
    if (isOpen) break;
  }
  return parts;
}

/** Tells whether an edit goes on where the part before it ends, but for what the movie's clock rounds. */
function follows({ startTicks, durationTicks, mediaTime, rate }: Part, next: Edit & Part, ratio: number) {
  if (rate !== 1 || next.rate !== 1 || startTicks + durationTicks !== next.startTicks) return false;
  return Math.abs(mediaTime + durationTicks * ratio - next.mediaTime) <= Math.max(1, ratio);
}

/** Says in a sentence why the parts of a track cannot be decoded for viewers; null if they can. */
export function editObstacle(movie: Movie, track: MovieTrack): string | null {
  const parts = partsOf(movie, track);
  if (parts.some(({ rate }) => rate < 0)) return 'The edit list of this track plays it backwards.';
  if (track.entry?.audio && parts.some(({ rate }) => rate !== 0 && rate !== 1))
    return 'The edit list of this track plays its audio at another speed.';
  return movie.fragments?.tables === null && parts.length > 1
    ? 'The edit list of this track shows several parts of what lies in too many fragments.'
    : null;
}
