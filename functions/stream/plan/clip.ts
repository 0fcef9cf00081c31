import { badParameter, Problem } from '../base/problem.ts';
import { roundedSeconds } from '../base/rounded-seconds.ts';
import type { ClipParameters } from '../route/clip-parameters.ts';
import { type Excerpted, excerptOf, hasParts, iFramesWithin } from './excerpt.ts';
import type { Clip, Part, Presentation, Rendition, Segment, VideoRendition } from './presentation.ts';
import { type SegmentFrames, segmentFrames } from './segment-frames.ts';

/**
 * Milliseconds are the finest that is asked for: a frame that begins within half of one is meant, and some begin at half
 * of one exactly.
 */
const HALF_SECONDS = 0.000_501;

/**
 * Cuts a clip out of a film, exact to the frame: from the frame that is shown at its start to the last one that begins
 * before its end, with the segments of the film between. Audio begins with the packet at or just before that, and ends at
 * or just after it, since players skip or wait where it is missing. Copies that cannot be cut there are left out. Throws
 * `bad-parameter` for a start after the end of the film.
 */
export function clipOf(whole: Presentation, { startSeconds, endSeconds }: ClipParameters): Presentation {
  const leading = whole.video.findLast(isCuttable) ?? whole.video[0] ?? whole.audio[0];
  if (leading === undefined) throw noPlaceToCut();
  const frames = segmentFrames(leading);
  const last = leading.segments.at(-1) ?? { startTicks: 0, durationTicks: 0 };
  const latest = (last.startTicks + last.durationTicks) / leading.timescale;
  if (startSeconds >= latest) throw startsTooLate(latest);
  const end = frames.boundaries.at(-1) ?? 0;
  const from = Math.min(frames.lastAt((startSeconds + HALF_SECONDS) * leading.timescale), end - 1);
  const isToEnd = endSeconds === null || endSeconds > whole.durationSeconds - HALF_SECONDS;
  if (from === frames.boundaries[0] && isToEnd) return whole;
  const clip = {
    startSeconds: frames.ticksOf(from) / leading.timescale,
    // After its last frame, the audio may go on.
    endSeconds:
      isToEnd || endSeconds >= latest
        ? Math.min(endSeconds ?? Number.POSITIVE_INFINITY, whole.durationSeconds)
        : endOfFrames(frames, leading, endSeconds, from),
  };
  // Encoded renditions share their segments, and go on sharing them.
  const known = new Map<readonly Segment[], Excerpted>();
  const cut = <R extends Rendition>(rendition: R): R => {
    let excerpt = known.get(rendition.segments);
    if (excerpt === undefined) {
      const frames = segmentFrames(rendition);
      excerpt = excerptOf(rendition, framesWithin(frames, rendition, clip, isToEnd), frames);
      known.set(rendition.segments, excerpt);
    }
    return { ...rendition, ...excerpt };
  };
  const video = whole.video
    .map((rendition) => {
      const within = cut(rendition);
      return withCodecsOfParts({ ...within, iFrames: iFramesWithin(rendition, within.segments) });
    })
    .filter((rendition) => isCuttable(rendition) || !hasParts(rendition));
  if (video.length === 0 && whole.video.length > 0) throw noPlaceToCut();
  return {
    ...whole,
    durationSeconds: clip.endSeconds - clip.startSeconds,
    video,
    audio: whole.audio.map(cut),
    clip,
  };
}

/** Segments that a manifest of DASH lists one by one: some megabytes, which take a third of a second to write. */
const MOST_LISTED = 100_000;

/** Throws `too-large` for a clip whose manifest of DASH would list more segments than that. */
export function refuseLongList({ video, audio, clip }: Presentation): void {
  if (clip === undefined) return;
  const listed = [...video, ...audio].reduce((sum, { segments }) => sum + segments.length, 0);
  if (listed <= MOST_LISTED) return;
  throw new Problem(
    'too-large',
    `A DASH manifest of this clip would list ${listed} segments, and the limit is ${MOST_LISTED}: ask for fewer renditions (audio, max-height), for less of the film, or for HLS.`,
  );
}

/** The parameters that name a clip again: milliseconds. */
export function addressedClip({
  startSeconds,
  endSeconds,
}: Clip): ClipParameters & { readonly endSeconds: number } {
  return { startSeconds: roundedSeconds(startSeconds), endSeconds: roundedSeconds(endSeconds) };
}

/** Of a clip that begins where nothing is left of the film. */
export function startsTooLate(endSeconds: number): Problem {
  return badParameter(
    `The parameter "start" must be before the end, at ${roundedSeconds(endSeconds)} seconds.`,
  );
}

/** Tells whether a rendition can begin at any of its frames. */
function isCuttable({ source }: Rendition): boolean {
  return !('parts' in source) || source.parts !== null;
}

/** Says what the sample entry of a copy says with that of its encoded parts. */
function withCodecsOfParts(rendition: VideoRendition): VideoRendition {
  const { source } = rendition;
  if (!('parts' in source) || source.parts === null || !hasParts(rendition)) return rendition;
  return { ...rendition, codecs: source.parts.codecs };
}

function noPlaceToCut() {
  return badParameter(
    'The parameters "start" and "end" must be at keyframes here: the film is copied, and what lies between cannot be encoded.',
  );
}

/** Returns when the last frame ends that begins before `endSeconds`: at least the first one. */
function endOfFrames(
  { boundaries, lastAt, ticksOf }: SegmentFrames,
  { timescale }: Rendition,
  endSeconds: number,
  from: number,
): number {
  const wanted = (endSeconds - HALF_SECONDS) * timescale;
  const last = lastAt(wanted);
  const end = Math.max(from + 1, ticksOf(last) < wanted ? last + 1 : last);
  return ticksOf(Math.min(end, boundaries.at(-1) ?? end)) / timescale;
}

/** Returns the frames between two times of the film. */
function framesWithin(
  { boundaries, lastAt, ticksOf }: SegmentFrames,
  { timescale, kind }: Rendition,
  clip: Clip,
  isToEnd: boolean,
): Part {
  const end = boundaries.at(-1) ?? 0;
  const at = (seconds: number) => {
    const ticks = seconds * timescale;
    // The frames of a copy lie on its grid to the nearest. Half a tick of another clock is none of this one.
    return kind === 'video' ? nearest(ticks, ticksOf, lastAt) : lastAt(ticks + 0.5);
  };
  const from = Math.min(at(clip.startSeconds), end - 1);
  const last = at(clip.endSeconds);
  const isLater = ticksOf(last) < clip.endSeconds * timescale - 0.5;
  // Segments of audio meet at the packets that are nearest to where those of the film do.
  const to = kind === 'audio' && isLater && !boundaries.includes(last) ? last + 1 : last;
  return { from, to: isToEnd ? end : Math.min(end, Math.max(from + 1, to)) };
}

function nearest(
  ticks: number,
  ticksOf: (frame: number) => number,
  lastAt: (ticks: number) => number,
): number {
  const before = lastAt(ticks);
  return ticksOf(before + 1) - ticks < ticks - ticksOf(before) ? before + 1 : before;
}
