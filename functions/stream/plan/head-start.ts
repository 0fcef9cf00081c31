import type { AdaptiveAsk } from '../route/adaptive.ts';
import type { Rendition } from './presentation.ts';

type SegmentAsk = Extract<AdaptiveAsk, { kind: 'segment' }>;

/** The segments to encode ahead of a viewer who was sent one. */
export type HeadStart = {
  /** In their order. */
  readonly asks: readonly SegmentAsk[];
  /** From the end of the answer: later than this none of them is begun. What is begun is finished. */
  readonly withinSeconds: number;
};

/**
 * Goes on with the next segments, at most so many, where they must be encoded: what is copied takes no time. It begins
 * none after as long as the segment plays that was sent: by then a viewer has asked for the next, and that answer goes on
 * from there; one who has left costs no more. Null where there is nothing to do.
 */
export function planHeadStart(
  ask: AdaptiveAsk,
  rendition: Rendition | null,
  mostSegments: number,
): HeadStart | null {
  if (ask.kind !== 'segment' || rendition === null || rendition.source.kind !== 'encode') return null;
  const { segments, timescale } = rendition;
  const first = ask.index + 1;
  const count = Math.min(mostSegments, segments.length - first);
  if (count <= 0) return null;
  return {
    asks: Array.from({ length: count }, (_, i) => ({ ...ask, index: first + i })),
    withinSeconds: (segments[ask.index]?.durationTicks ?? 0) / timescale,
  };
}
