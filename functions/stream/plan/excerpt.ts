import { LEAST_SECONDS } from './grid.ts';
import type { Excerpt, Part, Rendition, Segment, VideoRendition } from './presentation.ts';
import { segmentFrames } from './segment-frames.ts';

/** The segments of a stretch of a rendition, and which of the film's they are. */
export type Excerpted = { readonly segments: readonly Segment[]; readonly excerpt: Excerpt };

/**
 * Returns the film's segments within the frames `[from, to)`, with parts of segments at the ends where these lie between.
 * What is too short for a part belongs to the segment beside it, of which it makes a part: hls.js waits for ever for a
 * segment of a frame or two.
 */
export function excerptOf(
  rendition: Rendition,
  { from, to }: Part,
  { boundaries, ticksOf } = segmentFrames(rendition),
): Excerpted {
  const { segments, timescale } = rendition;
  const start = Math.max(from, boundaries[0] ?? 0);
  const end = Math.min(to, boundaries.at(-1) ?? 0);
  // The boundaries within, by their positions: the first and the last at which segments meet.
  let first = boundaries.findIndex((boundary) => boundary > start);
  let last = boundaries.findLastIndex((boundary) => boundary < end);
  const isTooShort = (one: number, other: number) =>
    ticksOf(other) - ticksOf(one) < LEAST_SECONDS * timescale;
  const [earliest = end, latest = start] = [boundaries[first], boundaries[last]];
  const startsBetween = boundaries[first - 1] !== start;
  const endsBetween = boundaries[last + 1] !== end;
  if (first <= last && startsBetween && isTooShort(start, earliest)) first++;
  if (first <= last && endsBetween && isTooShort(latest, end)) last--;

  const stretch = (one: number, other: number, position: number) => {
    const whole = segments[position];
    const isWhole = boundaries[position] === one && boundaries[position + 1] === other;
    if (isWhole && whole !== undefined) return { segment: whole, part: null };
    const startTicks = ticksOf(one);
    const segment = { startTicks, durationTicks: ticksOf(other) - startTicks };
    return { segment, part: { from: one, to: other } };
  };
  if (first > last) {
    const firstIndex = boundaries.findLastIndex((boundary) => boundary <= start);
    const { segment, part } = stretch(start, end, firstIndex);
    return { segments: [segment], excerpt: { firstIndex, first: part, last: null } };
  }
  const head = stretch(start, boundaries[first] ?? end, first - 1);
  const tail = stretch(boundaries[last] ?? start, end, last);
  return {
    segments: [head.segment, ...segments.slice(first, last), tail.segment],
    excerpt: { firstIndex: first - 1, first: head.part, last: tail.part },
  };
}

/** Tells whether a clip begins or ends within one of the film's segments. */
export function hasParts({ excerpt }: Rendition): boolean {
  return excerpt !== undefined && (excerpt.first !== null || excerpt.last !== null);
}

/** The same of the one part that its frames name; null if no clip begins or ends with it. */
export function partOf(rendition: Rendition, part: Part): Rendition | null {
  if (part.from >= part.to) return null;
  const excerpted = excerptOf(rendition, part);
  const { first } = excerpted.excerpt;
  const isIt = excerpted.segments.length === 1 && first?.from === part.from && first.to === part.to;
  if (!isIt) return null;
  // Between its keyframes, a copied film is encoded.
  const isCopiedFilm = rendition.kind === 'video' && rendition.source.kind === 'copy';
  const own = isCopiedFilm ? encodedParts(rendition) : rendition;
  return own && { ...own, ...excerpted };
}

/** What the parts of a copied film are encoded as; null if they cannot be. */
export function encodedParts(rendition: Rendition): VideoRendition | null {
  if (rendition.kind !== 'video') return null;
  const { source } = rendition;
  if (source.kind !== 'copy' || source.parts === null) return null;
  const { video, level } = source.parts;
  return {
    ...rendition,
    source: { kind: 'encode', ...source.grid, video, level, partOfTrack: source.trackIndex },
  };
}
