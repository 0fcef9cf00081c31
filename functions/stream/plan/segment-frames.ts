import { AAC_FRAME } from '../media/codecs/aac.ts';
import { type FrameTicks, frameAt, frameTime } from './frame-grid.ts';
import type { Rendition } from './presentation.ts';

/**
 * The frames of a rendition's segments, counted from the film's first, as parts of segments name them: those of its grid,
 * or the packets of audio. Of a copied film, those of the grid that has its frames, to the nearest.
 */
export type SegmentFrames = {
  /** The first frame of each segment, and the end. */
  readonly boundaries: readonly number[];
  /** When a frame begins, in ticks from the film's zero; for a boundary the one between the segments. */
  readonly ticksOf: (frame: number) => number;
  /** The last frame that begins at or before; at least the first. */
  readonly lastAt: (ticks: number) => number;
};

export function segmentFrames(rendition: Rendition): SegmentFrames {
  const { segments } = rendition;
  const starts = [...segments.map(({ startTicks }) => startTicks), endTicks(rendition)];
  const scale = scaleOf(rendition, starts);
  const first = scale.boundaries[0] ?? 0;
  return {
    ...scale,
    ticksOf: (frame) => starts[scale.boundaries.indexOf(frame)] ?? scale.ticksOf(frame),
    lastAt: (ticks) => Math.max(first, scale.lastAt(ticks)),
  };
}

function scaleOf(rendition: Rendition, starts: readonly number[]): SegmentFrames {
  const { source } = rendition;
  if ('timeAt' in source) {
    const { cuts, timeAt } = source;
    return { boundaries: cuts, ticksOf: timeAt, lastAt: (ticks) => lastCut(cuts, timeAt, ticks) };
  }
  if ('audio' in source) {
    return {
      boundaries: starts.map((ticks) => ticks / AAC_FRAME),
      ticksOf: (frame) => frame * AAC_FRAME,
      lastAt: (ticks) => Math.floor(ticks / AAC_FRAME),
    };
  }
  const grid = source.kind === 'copy' ? source.grid : source;
  return {
    boundaries: starts.map((ticks) => frameAt(ticks, grid)),
    ticksOf: (frame) => Math.round(frameTime(frame, grid)),
    lastAt: (ticks) => lastFrame(ticks, grid),
  };
}

function lastFrame(ticks: number, grid: FrameTicks): number {
  const frame = frameAt(ticks, grid);
  return frame > 0 && Math.round(frameTime(frame, grid)) > ticks ? frame - 1 : frame;
}

function lastCut(cuts: readonly number[], timeAt: (cut: number) => number, ticks: number): number {
  let [low, high] = [cuts[0] ?? 0, cuts.at(-1) ?? 0];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (timeAt(middle) <= ticks) low = middle;
    else high = middle - 1;
  }
  return low;
}

function endTicks({ segments }: Rendition): number {
  const last = segments.at(-1);
  return last === undefined ? 0 : last.startTicks + last.durationTicks;
}
