import { type Part, partsOf } from './edit-parts.ts';
import { audioParts } from './edited-audio.ts';
import type { EditedSamples, Shown } from './edited-part.ts';
import { videoParts } from './edited-video.ts';
import type { Movie, MovieTrack } from './movie.ts';
import type { SampleTable } from './samples.ts';
import { endOf, startOf, timelineOf } from './timeline.ts';

const LONG_SAMPLES = 500_000;

/**
 * Returns the samples of a track that shows several parts, lies in fragments, or has an edit without a length, which means
 * all, so that ffmpeg's reader takes them for what they are; null if it reads them right anyhow, or if they cannot be
 * written. Throws `unsupported-media` where there are too many.
 */
export function editedSamples(movie: Movie, track: MovieTrack, table: SampleTable): EditedSamples | null {
  const parts = partsOf(movie, track);
  const isSimple = parts.length < 2 && (parts[0]?.rate ?? 1) === 1;
  if (!table.runsForwards || table.count === 0) return null;
  // A long film whose parts follow each other is read as it is.
  if (isSimple && table.count > LONG_SAMPLES) return null;
  const isOpen = parts.every(({ durationTicks }) => durationTicks === 0);
  if (isSimple && (isOpen || movie.fragments !== null))
    return written(movie, track, table, [onlyPart(movie, track, table)]);
  const isPlain = track.edits.filter(({ mediaTime }) => mediaTime >= 0).length < 2;
  if ((isPlain && isSimple) || isOpen) return null;
  return written(movie, track, table, parts);
}

function written(movie: Movie, track: MovieTrack, table: SampleTable, parts: readonly Part[]) {
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

/** Returns what a track shows from its first sample on, to its last one, or as far as its edit list says. */
function onlyPart(movie: Movie, track: MovieTrack, table: SampleTable): Part {
  const { delaySeconds, mediaTime, durationTicks } = timelineOf(movie, track);
  const ratio = track.timescale / movie.timescale;
  const from = Math.max(mediaTime, startOf(table));
  const end = endOf(table);
  const to = Math.min(end, mediaTime + (durationTicks ?? Number.POSITIVE_INFINITY));
  // Rounded up, it might show one frame more, unless that was the last: a movie's clock may tick once a second.
  const rounded = to === end ? Math.ceil : Math.floor;
  const slack = to === end ? -1e-6 : 1e-6;
  return {
    startTicks: Math.round(delaySeconds * movie.timescale + (from - mediaTime) / ratio),
    durationTicks: Math.max(1, rounded((to - from) / ratio + slack)),
    mediaTime: from,
    rate: 1,
  };
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
