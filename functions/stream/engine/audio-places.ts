import type { SourceGrid } from './audio-segment-arguments.ts';

/** What a container that rounds to milliseconds makes of two times. */
export const ROUNDED_SECONDS = 0.0011;
const STRAYING_SECONDS = 0.008;
/** Times that browsers measured, or programs guessed, stray by so much without a gap. */
export const TOLERANCE_SECONDS = 0.03;

/**
 * Filters that make silence of gaps and cut overlaps off, of any length, from `cutSeconds` on, which become 0: sound stays where the film has
 * it. Where a container rounds the times of frames, they follow each other until one is clearly elsewhere. `isLate`: the
 * track begins behind the cut.
 */
export function gaplessFilters(grid: SourceGrid, cutSeconds: number | null, isLate: boolean): string[] {
  const place = grid.kind === 'counted' ? 'N/SR/TB' : placeFromFirst(grid);
  const placed = place === null ? [] : [`asetpts='${place}'`];
  const cut = cutSeconds ?? 0;
  const shift = cut > 0 ? [`asetpts=PTS-round(${cut}*SR)`] : [];
  // Without a limit of its own it bears with a tenth of a second.
  const gapless = `aresample=async=1:min_hard_comp=${leastStepSeconds(grid)}`;
  if (isLate) {
    return [...placed, ...(cut > 0 ? [`atrim=start=${cut}`, ...shift] : []), `${gapless}:first_pts=0`];
  }
  // Where the channels or the rate change in mid-track, ffmpeg begins a new graph, and `first_pts` would put silence
  // from the film's zero to there once more.
  return [...placed, gapless, `atrim=start=${cut}`, ...shift];
}

/** An expression for the sample at which a decoded frame begins, the first one where it says; null where all do. */
function placeFromFirst({ kind, ...grid }: SourceGrid): string | null {
  if (kind === 'exact' || !('samples' in grid)) return null;
  if (kind === 'settling') return `${settledPlace(grid.samples ?? 'NB_SAMPLES', 0)};ld(1)+N`;
  // Frames of one length are known to follow each other where their times stray.
  const most = grid.samples === null ? ROUNDED_SECONDS : STRAYING_SECONDS;
  // N counts the samples before: the difference is where the first of them seems to have been.
  return `st(0,PTS-N);st(1,if(eq(N,0)+gt(abs(ld(0)-ld(1)),${most}*SR),ld(0),ld(1)));ld(1)+N`;
}

/**
 * Leaves in variable 1 where the first sample of all seems to have been. What most frames say counts, until one is far
 * from it. Their ends, since the first may be cut in front.
 */
export function settledPlace(step: number | string, originSeconds: number): string {
  return [
    `st(0,round((PTS+NB_SAMPLES-${originSeconds.toFixed(9)}*SR)/${step})*${step}-NB_SAMPLES-N)`,
    `st(3,eq(N,0)+lte(ld(2),0)+gt(abs(ld(0)-ld(1)),${TOLERANCE_SECONDS}*SR))`,
    'st(2,if(ld(3),1,min(8,ld(2)+if(eq(ld(0),ld(1)),1,-1))))',
    'st(1,if(ld(3),ld(0),ld(1)))',
  ].join(';');
}

/** Less is no gap: what is left of the times' rounding, or of those that were measured. */
function leastStepSeconds(grid: SourceGrid): number {
  return grid.kind === 'settling' ? 0.015 : 0.005;
}
