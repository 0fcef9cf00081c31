import { bitratesOf, firstFrameBits } from './bitrates.ts';
import { LEAST_SECONDS } from './grid.ts';
import type { Excerpt, IFrames, Part, Rendition, Segment, VideoRendition } from './presentation.ts';
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

/**
 * Returns the frames of trick play within a clip, of which `segments` are. One that is encoded begins with the clip; a
 * copy that cannot has none.
 */
export function iFramesWithin(whole: VideoRendition, segments: readonly Segment[]): IFrames {
  const { iFrames, source, timescale } = whole;
  const { boundaries, ticksOf, lastAt } = segmentFrames(whole);
  const startTicks = segments[0]?.startTicks ?? 0;
  const last = segments.at(-1);
  const endTicks = last === undefined ? 0 : last.startTicks + last.durationTicks;
  const index = iFrames.frames.findIndex((frame) => frame.startTicks >= startTicks);
  const firstIndex = index === -1 ? iFrames.frames.length : index;
  const within = iFrames.frames.slice(firstIndex).filter((frame) => frame.startTicks < endTicks);
  const starts = [...within.map((frame) => frame.startTicks), endTicks];
  const lasting = within.map(({ startTicks: at }, i) => ({
    startTicks: at,
    durationTicks: (starts[i + 1] ?? at) - at,
  }));
  // The last one may be shown for less than in the film, by as many bits.
  const bitsOf = ({ durationTicks }: Segment) => mostBits(whole, durationTicks / timescale);
  const [until = endTicks] = starts;
  if (until === startTicks) {
    const bits = within.map(bitsOf);
    const rates = bitratesOf(lasting, timescale, (_, i) => bits[i] ?? 0);
    return { ...rates, frames: lasting, excerpt: { firstIndex, first: null } };
  }
  if (source.kind === 'copy') return { ...iFrames, frames: [] };
  const first = { from: lastAt(startTicks), to: Math.min(lastAt(until), boundaries.at(-1) ?? 0) };
  const frames = [{ startTicks, durationTicks: ticksOf(first.to) - startTicks }, ...lasting];
  const bits = [frames[0], ...within].map((frame) => (frame ? bitsOf(frame) : 0));
  const rates = bitratesOf(frames, timescale, (_, i) => bits[i] ?? 0);
  return { ...rates, frames, excerpt: { firstIndex: firstIndex - 1, first } };
}

/** The most bits of a frame of trick play that is shown for so long. */
function mostBits({ iFrames, source, frameRate }: VideoRendition, seconds: number): number {
  if (source.kind === 'copy' || frameRate === null) return iFrames.peakBitrate * seconds;
  const frames = (seconds * frameRate.numerator) / frameRate.denominator;
  return firstFrameBits(source.video.maxBitrate, seconds, frames);
}

/** Tells whether the trick play of a clip can begin with such a frame: between two of the film's. */
export function isIFramePart(film: VideoRendition, { from, to }: Part): boolean {
  const { boundaries, ticksOf } = segmentFrames(film);
  const [start, end] = [boundaries[0] ?? 0, boundaries.at(-1) ?? 0];
  if (film.source.kind === 'copy' || from < start || to <= from || to > end) return false;
  // A film of hours has thousands of them.
  const [startTicks, endTicks] = [ticksOf(from), ticksOf(to)];
  return film.iFrames.frames.every((frame) => frame.startTicks < startTicks || frame.startTicks >= endTicks);
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
