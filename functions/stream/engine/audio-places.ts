import type { SourceGrid } from './audio-segment-arguments.ts';

/** The most by which a container that rounds to milliseconds changes the difference of two times. */
export const ROUNDED_SECONDS = 0.0011;
const STRAYING_SECONDS = 0.008;
/** Times that browsers measured, or programs guessed, stray by this much without a gap. */
export const TOLERANCE_SECONDS = 0.03;
/** A step of the place that most frames agree on; a packet of Opus has 20 ms. */
export const SETTLED_SECONDS = 0.015;
/** Where an edit list joins parts, a step is as short as its clock tells. */
export const EDITED_SECONDS = 0.0015;

/**
 * The sample at which a decoded frame begins where all of them are read. Where channels or rate change, ffmpeg counts anew
 * in another graph, whose first frame has a time that was summed up.
 */
export const COUNTED_PLACE = 'st(0,if(N,ld(0),if(gt(PTS*TB,0.5),round(PTS*TB*SR))));N+ld(0)';

/**
 * Returns filters that fill gaps with silence and cut overlaps off, of any length, from `cutSeconds` on,
 * which become 0: audio stays where the file has it. If a container rounds the times of frames, they follow
 * each other until one is clearly elsewhere. `isLate`: the track begins after the cut. `options` are those of the
 * resampler, which mixes channels on the way.
 */
export function gaplessFilters(
  grid: SourceGrid,
  cutSeconds: number | null,
  isLate: boolean,
  options: readonly string[] = [],
): string[] {
  const place = grid.kind === 'counted' ? `(${COUNTED_PLACE})/SR/TB` : placeFromFirst(grid);
  const placed = place === null ? [] : [`asetpts='${place}'`];
  const cut = cutSeconds ?? 0;
  const shift = cut > 0 ? [`asetpts=PTS-round(${cut}*SR)`] : [];
  // Its default tolerance is a tenth of a second.
  const gapless = ['aresample=async=1', `min_hard_comp=${leastStepSeconds(grid)}`, ...options].join(':');
  if (isLate) {
    return [...placed, ...(cut > 0 ? [`atrim=start=${cut}`, ...shift] : []), `${gapless}:first_pts=0`];
  }
  // If the channels or the rate change in mid-track, ffmpeg begins a new graph, and `first_pts` would insert
  // silence from the film's zero to there once more.
  return [...placed, gapless, `atrim=start=${cut}`, ...shift];
}

/**
 * Returns an expression for the sample at which a decoded frame begins, relative to the first frame's own
 * time; null if all times hold.
 */
function placeFromFirst({ kind, ...grid }: SourceGrid): string | null {
  if (kind === 'exact' || !('samples' in grid)) return null;
  if (kind === 'settling') return `${settledPlace(grid.samples ?? 'NB_SAMPLES', 0)};ld(1)+N`;
  // Frames of one length are known to follow each other even if their times stray.
  const most = grid.samples === null ? ROUNDED_SECONDS : STRAYING_SECONDS;
  // N counts the samples before: the difference is where the first of them seems to have been.
  return `st(0,PTS-N);st(1,if(eq(N,0)+gt(abs(ld(0)-ld(1)),${most}*SR),ld(0),ld(1)));ld(1)+N`;
}

/**
 * Leaves the apparent place of the very first sample in variable 1: the one that most frames agree on, until
 * a frame is far from it. Their ends count, since the first frame may be cut in front.
 */
export function settledPlace(step: number | string, originSeconds: number): string {
  return [
    `st(0,round((PTS+NB_SAMPLES-${originSeconds.toFixed(9)}*SR)/${step})*${step}-NB_SAMPLES-N)`,
    `st(3,eq(N,0)+lte(ld(2),0)+gt(abs(ld(0)-ld(1)),${TOLERANCE_SECONDS}*SR))`,
    'st(2,if(ld(3),1,min(8,ld(2)+if(eq(ld(0),ld(1)),1,-1))))',
    'st(1,if(ld(3),ld(0),ld(1)))',
  ].join(';');
}

/** Returns the shortest gap; shorter steps come from rounded or measured times. */
function leastStepSeconds(grid: SourceGrid): number {
  if (grid.kind === 'edited') return EDITED_SECONDS;
  return grid.kind === 'settling' ? SETTLED_SECONDS : 0.005;
}
