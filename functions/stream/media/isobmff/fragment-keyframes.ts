import { mapAhead } from '../../base/map-ahead.ts';
import { damaged } from '../../base/problem.ts';
import type { RandomAccess } from '../../source/bytes.ts';
import { type Keyframe, type Keyframes, nearestPositions, runsOf } from '../model/keyframes.ts';
import { type FragmentEntry, fragmentTables, randomAccessEntries } from './fragment-index.ts';
import type { Movie, MovieTrack } from './movie.ts';
import { unitsOf } from './movie-keyframes.ts';
import type { Defaults } from './read-fragment.ts';
import { packetHead } from './sample-packets.ts';
import { timelineOf } from './timeline.ts';
import { WITHOUT_PLACE } from './track-boxes.ts';

/** Reads that are under way while one before them is read. */
const READS_AHEAD = 8;
/** So many are in memory at the same time; what has more is left to ffmpeg. */
const MOST_BYTES = 8 * 2 ** 20;

/**
 * Finds the same keyframes as `movieKeyframes` in a movie with more fragments than are read: by the random access boxes
 * at its end, and the fragments that they name. Null if the fragments are known, or without such boxes.
 */
export async function fragmentKeyframes(
  movie: Movie,
  { access, trackIndex }: { readonly access: RandomAccess; readonly trackIndex: number },
  seconds: readonly number[],
): Promise<Keyframes | null> {
  const { fragments } = movie;
  const track = movie.tracks[trackIndex];
  if (!track?.entry?.video || track.entry.hasOthers || !fragments || fragments.tables !== null) return null;
  const { mediaTime, delaySeconds, isComplex } = timelineOf(movie, track);
  const entries = (await randomAccessEntries(access)).find(({ trackId }) => trackId === track.id);
  if (isComplex || entries === undefined || entries.count === 0) return null;
  const times = Float64Array.from({ length: entries.count }, (_, i) => entries.at(i).time);
  const wanted = seconds.map((time) => mediaTime + (time - delaySeconds) * track.timescale);
  const runs = runsOf(nearestPositions(times, wanted));
  const { defaults } = fragments;
  return {
    head: { ...packetHead(track), ...WITHOUT_PLACE },
    units: unitsOf(track),
    async *frames(): AsyncGenerator<Keyframe, void, void> {
      let next = 0;
      const read = ({ position }: { readonly position: number }) =>
        readKeyframe(access, entries.at(position), track, defaults);
      for await (const data of mapAhead(runs, READS_AHEAD, read))
        yield { data, times: runs[next++]?.times ?? 1 };
    },
  };
}

/** Reads the sync sample of a fragment that is shown at the entry's time. Rejects with `damaged-media` without one. */
async function readKeyframe(
  file: RandomAccess,
  { time, moofAt }: FragmentEntry,
  track: MovieTrack,
  defaults: ReadonlyMap<number, Defaults>,
): Promise<Uint8Array> {
  const table = (await fragmentTables(file, moofAt, defaults, [track])).get(track.id);
  let best: { readonly sample: number; readonly distance: number } | null = null;
  for (const [sample, isSync] of table?.sync.entries() ?? []) {
    const shown = (table?.decodeTimes[sample] ?? 0) + (table?.compositionOffsets[sample] ?? 0);
    const distance = Math.abs(shown - time);
    if (isSync === 1 && (best === null || distance < best.distance)) best = { sample, distance };
  }
  const start = table?.offsets[best?.sample ?? -1];
  const size = table?.sizes[best?.sample ?? -1];
  if (start === undefined || size === undefined || size > MOST_BYTES)
    throw damaged('The index of the file leads to no frame of a usual size.');
  return file.read(start, start + size);
}
