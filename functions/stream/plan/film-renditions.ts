import { unsupported } from '../base/problem.ts';
import type { VideoTrack } from '../media/model/media.ts';
import { bitratesOf, containerBits, firstFrameBits, segmentBits } from './bitrates.ts';
import { filmCopyObstacle } from './copyable.ts';
import { frameGrid, frameTime, gridPhaseSeconds } from './frame-grid.ts';
import {
  chooseCuts,
  chooseIFrames,
  cutSegments,
  divideForIFrames,
  divideLong,
  evenTimes,
  gridSegments,
  onGrid,
} from './grid.ts';
import { ladder, type Rung, withinLimits } from './ladder.ts';
import type { Obstacle } from './obstacles.ts';
import type { Offered } from './offer.ts';
import { withParts } from './part-coding.ts';
import type { PresentationInput } from './plan-presentation.ts';
import type { VideoRendition } from './presentation.ts';
import { decodingExcess, refuse, refuseAbove } from './refuse.ts';
import { COPY_ID } from './renditions.ts';

export type PlannedFilm = {
  /** Best first. */
  readonly renditions: readonly VideoRendition[];
  /** Where segments meet, the end included, in seconds: which the audio follows. Empty if they are too long. */
  readonly meetsAt: readonly number[];
  readonly whyNotCopied: Obstacle;
};

/** What a player would wait for too long, or hold too much of. */
const MAX_COPIED_SECONDS = 30;

/**
 * A copy where the film can be cut, and the ladder where it can be decoded. Throws `too-large` where a limit leaves none
 * of it, `unsupported-media` where no decoder does.
 */
export function planFilm(film: Offered<VideoTrack>, input: PresentationInput): PlannedFilm {
  const { track } = film;
  const { limits } = input;
  const found = planCopy(film, input);
  const excess = decodingExcess(input, track);
  const isDecoded = excess === null && track.undecodable === null;
  const copy = typeof found === 'string' ? null : withParts(found, film, { ...input, isDecoded });
  const stands = copy !== null && track.codec === 'h264';
  if (!stands) refuse(excess);
  if (!stands && track.undecodable !== null) throw unsupported(track.undecodable);

  const all = isDecoded ? ladder(track, copy) : [];
  const rungs = withinLimits(all, limits);
  if (!stands && rungs.length === 0) refuseAbove('maxOutputHeight', all.at(-1)?.video.height ?? 0, limits);
  const copied = copy && divideLong(endsOf(copy));
  const encoded = planRungs(rungs, film, copy, copied);
  const [leading] = encoded;
  return {
    renditions: [...(copy === null ? [] : [copy]), ...encoded],
    meetsAt: leading ? endsOf(leading) : (copied ?? []),
    whyNotCopied: typeof found === 'string' ? found : null,
  };
}

function endsOf({ segments, timescale }: VideoRendition): readonly number[] {
  return segments.map(({ startTicks, durationTicks }) => (startTicks + durationTicks) / timescale);
}

function planCopy(
  { track, startSeconds }: Offered<VideoTrack>,
  { media, cuts, limits }: PresentationInput,
): VideoRendition | NonNullable<Obstacle> {
  const obstacle = filmCopyObstacle(media, track);
  if (obstacle !== null) return obstacle;
  const known = cuts.get(track.index) ?? { whyNot: 'where the film can be cut is not known' };
  if ('whyNot' in known) return known.whyNot;
  const { timescale } = known;
  const chosen = chooseCuts(known);
  const segments = cutSegments(known, chosen);
  if (segments.length === 0) return 'the film has no two places to cut at';
  const bytesOf = (i: number, of = chosen) =>
    known.bytesBefore(of[i + 1] ?? 0) - known.bytesBefore(of[i] ?? 0);
  const iFrameCuts = chooseIFrames(known);
  const iFrames = cutSegments(known, iFrameCuts);
  if (segments.some(({ durationTicks }) => durationTicks > MAX_COPIED_SECONDS * timescale)) {
    return `its keyframes lie more than ${MAX_COPIED_SECONDS} seconds apart`;
  }
  // A sixteenth is more than the container adds.
  if (segments.some((_, i) => bytesOf(i) * 1.0625 > limits.maxResponseBytes)) {
    return 'what lies between its keyframes is more than one response carries';
  }
  const { frameRate } = track;
  const rate = frameGrid(frameRate);
  const grid = {
    frameTicks: (rate.denominator * timescale) / rate.numerator,
    phaseTicks: Math.round(gridPhaseSeconds(frameRate, startSeconds, rate) * timescale),
  };
  // Of a variable rate, the average is known.
  const mostFrames = frameRate === null ? 120 : (2 * frameRate.numerator) / frameRate.denominator;
  return {
    kind: 'video',
    id: COPY_ID,
    codecs: (track.codecString ?? '').replace(/^hev1/, 'hvc1'),
    timescale,
    segments,
    ...bitratesOf(
      segments,
      timescale,
      (seconds, i) => 8 * bytesOf(i) + containerBits(1, mostFrames * seconds + 1),
    ),
    iFrames: {
      frames: iFrames,
      ...bitratesOf(
        iFrames,
        timescale,
        (_, i) =>
          8 * (known.keyframeBytes(iFrameCuts[i] ?? 0) ?? bytesOf(i, iFrameCuts)) + containerBits(1, 1),
      ),
    },
    width: track.displayWidth,
    height: track.displayHeight,
    frameRate: frameRate && { numerator: frameRate.numerator, denominator: frameRate.denominator },
    dynamicRange: track.dynamicRange ?? 'sdr',
    source: { kind: 'copy', trackIndex: track.index, cuts: chosen, iFrameCuts, grid, parts: null },
  };
}

/**
 * All on the same grid, so that a player goes from one to another at any segment; and wherever segments of the copy meet
 * (`copied`, in seconds), theirs meet too. Elsewhere a player that leaves the copy may take the segment that begins a
 * few frames later, and has a gap.
 */
function planRungs(
  rungs: readonly Rung[],
  { track, startSeconds, endSeconds }: Offered<VideoTrack>,
  copy: VideoRendition | null,
  copied: readonly number[] | null,
): readonly VideoRendition[] {
  const [first] = rungs;
  if (first === undefined) return [];
  const { frameRate } = first.video;
  const rate = frameRate.numerator / frameRate.denominator;
  const phaseSeconds = gridPhaseSeconds(track.frameRate, startSeconds, frameRate);
  const frames = Math.max(1, Math.round((endSeconds - phaseSeconds) * rate));
  const times = copied === null ? evenTimes(frames / rate) : copied.slice(0, -1);
  const boundaries = onGrid(times, frames, (seconds) => Math.round((seconds - phaseSeconds) * rate));
  const timescale = gridClock(frameRate, copy?.timescale ?? 0);
  const frameTicks = (frameRate.denominator * timescale) / frameRate.numerator;
  const grid = { frameTicks, phaseTicks: Math.round(phaseSeconds * timescale) };
  const segments = gridSegments(boundaries, (frame) => frameTime(frame, grid));
  const iFrames = gridSegments(divideForIFrames(boundaries, rate), (frame) => frameTime(frame, grid));
  return rungs.map(({ id, codecs, level, video }) => ({
    kind: 'video',
    id,
    codecs,
    timescale,
    segments,
    ...bitratesOf(segments, timescale, (seconds) => segmentBits(video.maxBitrate, seconds, seconds * rate)),
    iFrames: {
      frames: iFrames,
      ...bitratesOf(iFrames, timescale, (seconds) =>
        firstFrameBits(video.maxBitrate, seconds, seconds * rate),
      ),
    },
    width: video.width,
    height: video.height,
    frameRate,
    dynamicRange: 'sdr',
    source: { kind: 'encode', ...grid, video, level },
  }));
}

/**
 * The copy's, if every frame is a whole number of its ticks: players that look for the timeline anew where the clock is
 * another (hls.js) do not count what edit lists take off, and would have a gap of it. Else about 90 kHz.
 */
export function gridClock(
  { numerator, denominator }: { readonly numerator: number; readonly denominator: number },
  copied: number,
): number {
  if (copied > 0 && (copied * denominator) % numerator === 0) return copied;
  return numerator * Math.max(1, Math.floor(90_000 / numerator));
}
