import { tableOf } from '../media/isobmff/describe-movie.ts';
import { timelineOf } from '../media/isobmff/timeline.ts';
import { CONTAINERS } from '../media/model/containers.ts';
import type { VideoTrack } from '../media/model/media.ts';
import type { Probed } from '../media/probe/probe.ts';

/**
 * ffmpeg seeks this much before the given time if frames are decoded ahead of theirs (three of 23 frames).
 */
const AHEAD_SECONDS = 3 / 23 + 0.0005;

/**
 * Returns the seek time at which ffmpeg begins at the last keyframe at or before `seconds`, and not at the
 * one before that; null without an index.
 */
export function keyframeBefore(
  { media, movie }: Probed,
  { index, codec }: VideoTrack,
  seconds: number,
): number | null {
  // Matroska's index has the times at which keyframes are shown, and ffmpeg looks for them itself.
  if (CONTAINERS[media.container].index === 'cues') {
    return codec === 'h264' || codec === 'hevc' ? seconds + AHEAD_SECONDS : seconds;
  }
  const track = movie?.tracks[index];
  const table = movie && track ? tableOf(movie, track) : null;
  if (!movie || !track || table === null) return null;
  const { delaySeconds, mediaTime, isComplex } = timelineOf(movie, track);
  if (isComplex) return null;
  const { count, sync, decodeTimes, compositionOffsets } = table;
  const secondsOf = (ticks: number) => delaySeconds + (ticks - mediaTime) / track.timescale;
  let shown = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    if (sync.at(i) !== 1) continue;
    const decoded = decodeTimes.at(i);
    const time = secondsOf(decoded + compositionOffsets.at(i));
    // Sums of fractions lose less than any tick.
    if (time <= seconds + 1e-6) shown = Math.max(shown, time);
    // The next one, unless it is so near that ffmpeg might take it instead.
    else return secondsOf(decoded) > shown + AHEAD_SECONDS ? shown + AHEAD_SECONDS : shown;
  }
  return shown + AHEAD_SECONDS;
}
