import { tableOf } from '../media/isobmff/describe.ts';
import { timelineOf } from '../media/isobmff/timeline.ts';
import type { VideoTrack } from '../media/media.ts';
import type { Probed } from '../media/probe.ts';

/**
 * When the last keyframe at or before `seconds` is shown, as the file's index tells it; null where none is at hand.
 * ffmpeg finds a keyframe by this time, whether its own index counts when pictures are decoded or when they are shown.
 */
export function keyframeBefore(
  { media, movie }: Probed,
  { index }: VideoTrack,
  seconds: number,
): number | null {
  // Matroska's index has the times at which keyframes are shown, and ffmpeg looks for them itself.
  if (media.container === 'matroska' || media.container === 'webm') return seconds;
  const track = movie?.tracks[index];
  const table = movie && track ? tableOf(movie, track) : null;
  if (!movie || !track || table === null) return null;
  const { delaySeconds, mediaTime, isComplex } = timelineOf(movie, track);
  if (isComplex) return null;
  const ticks = (seconds - delaySeconds) * track.timescale + mediaTime;
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < table.count && (table.decodeTimes[i] ?? 0) <= ticks; i++) {
    const shown = (table.decodeTimes[i] ?? 0) + (table.compositionOffsets[i] ?? 0);
    if (table.sync[i] === 1 && shown <= ticks) last = Math.max(last, shown);
  }
  return delaySeconds + (last - mediaTime) / track.timescale;
}
