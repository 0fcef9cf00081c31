import { tableOf } from '../media/isobmff/describe-movie.ts';
import { timelineOf } from '../media/isobmff/timeline.ts';
import { CONTAINERS } from '../media/model/containers.ts';
import type { VideoTrack } from '../media/model/media.ts';
import type { Probed } from '../media/probe/probe.ts';

/** Of pictures that are decoded ahead of their time, ffmpeg seeks so much before what it is told (three of 23 frames). */
const AHEAD_SECONDS = 3 / 23 + 0.0005;

/**
 * What ffmpeg is told to seek so that it begins at the last keyframe at or before `seconds`, and not at the one before
 * that; null where no index is at hand.
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
    // What sums of fractions lose is less than any tick.
    if (time <= seconds + 1e-6) shown = Math.max(shown, time);
    // The next one, unless it is so near that ffmpeg might take it instead.
    else return secondsOf(decoded) > shown + AHEAD_SECONDS ? shown + AHEAD_SECONDS : shown;
  }
  return shown + AHEAD_SECONDS;
}
