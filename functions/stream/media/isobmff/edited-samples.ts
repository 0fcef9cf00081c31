import { type Part, partsOf } from './edit-parts.ts';
import { audioParts } from './edited-audio.ts';
import type { EditedSamples, Shown } from './edited-part.ts';
import { videoParts } from './edited-video.ts';
import type { Movie, MovieTrack } from './movie.ts';
import type { SampleTable } from './samples.ts';

const LONG_SAMPLES = 500_000;

/**
 * Returns the samples of a track that shows several parts, so that ffmpeg's reader takes them for what they are; null if
 * it reads them right anyhow, or if they cannot be written. Throws `unsupported-media` where there are too many.
 */
export function editedSamples(movie: Movie, track: MovieTrack, table: SampleTable): EditedSamples | null {
  const parts = partsOf(movie, track);
  const isSimple = parts.length === 1 && parts[0]?.rate === 1;
  const isPlain = track.edits.filter(({ mediaTime }) => mediaTime >= 0).length < 2;
  if ((isPlain && isSimple) || parts.every(({ durationTicks }) => durationTicks === 0)) return null;
  if (!table.runsForwards || table.count === 0) return null;
  // A long film whose parts follow each other is read as it is.
  if (isSimple && table.count > LONG_SAMPLES) return null;
  const shown = shownParts(movie, track, parts);
  // Audio does not stand still: there is silence.
  return track.entry?.video
    ? videoParts(table, shown)
    : audioParts(
        track,
        table,
        shown.filter(({ part }) => part.rate === 1),
      );
}

function shownParts({ timescale }: Movie, track: MovieTrack, parts: readonly Part[]): readonly Shown[] {
  const ticks = (movieTicks: number) => Math.round((movieTicks / timescale) * track.timescale);
  return parts.map((part, i) => {
    const { startTicks, durationTicks, mediaTime, rate } = part;
    const after = startTicks + durationTicks;
    const next = parts[i + 1]?.startTicks ?? after;
    const length = ticks(after) - ticks(startTicks);
    return {
      part,
      from: mediaTime,
      to: mediaTime + Math.max(1, Math.round(length * rate)),
      length,
      gapTicks: ticks(next) - ticks(after),
      editTicks: next - startTicks,
    };
  });
}
