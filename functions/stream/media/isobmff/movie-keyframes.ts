import type { Readable } from 'node:stream';
import { damaged } from '../../base/problem.ts';
import type { Extent } from '../../source/bytes.ts';
import { readExtents } from '../../source/extents.ts';
import { lengthSizeOf } from '../codecs/random-access.ts';
import type { CopyTrackInput } from '../model/copy-track.ts';
import { type Keyframe, type Keyframes, nearestPositions, runsOf } from '../model/keyframes.ts';
import { videoCodecOf } from './codec.ts';
import { tableOf } from './describe-movie.ts';
import type { Movie, MovieTrack } from './movie.ts';
import { packetHead } from './sample-packets.ts';
import { durationOf, type SampleTable, shownAt } from './samples.ts';
import { type Timeline, timelineOf } from './timeline.ts';
import { WITHOUT_PLACE } from './track-boxes.ts';

/** Reads that are under way while one before them is read: the latencies of a hundred add up. */
const READS_AHEAD = 8;

/**
 * Finds the keyframes of a film that are nearest to times of the file's timeline, which rise; null if its
 * index does not tell them, or if its coding changes within the track.
 */
export function movieKeyframes(
  movie: Movie,
  input: Pick<CopyTrackInput, 'source' | 'object' | 'signal' | 'trackIndex'>,
  seconds: readonly number[],
): Keyframes | null {
  const track = movie.tracks[input.trackIndex];
  const table = track && tableOf(movie, track);
  if (!track?.entry?.video || track.entry.hasOthers || !table) return null;
  const timeline = timelineOf(movie, track);
  const { isComplex, mediaTime, delaySeconds } = timeline;
  const keyframes = isComplex ? [] : shownSamples(table, syncSamples(table), timeline);
  if (keyframes.length === 0) return null;
  const wanted = seconds.map((time) => mediaTime + (time - delaySeconds) * track.timescale);
  const times = keyframes.map((sample) => shownAt(table, sample));
  const runs = runsOf(nearestPositions(times, wanted)).map(({ position, times: count }) => ({
    sample: keyframes[position] ?? 0,
    times: count,
  }));
  return {
    head: { ...packetHead(track), ...WITHOUT_PLACE },
    units: unitsOf(track),
    async *frames() {
      const samples = runs.map(({ sample }) => sample);
      const { source, object, signal } = input;
      const { extents, sizeBytes } = extentsOf(table, samples);
      const range = { start: 0, end: sizeBytes };
      const options = { readsAhead: READS_AHEAD };
      const body = await readExtents(source, object, extents, range, signal, options);
      yield* framesOf(body, runs, table);
    },
  };
}

function syncSamples({ sync, count }: SampleTable): number[] {
  const samples: number[] = [];
  for (let i = 0; i < count; i++) if (sync.at(i) === 1) samples.push(i);
  return samples;
}

/** Returns those of the samples that an edit list of one part shows, or all if it shows none of them. */
function shownSamples(
  table: SampleTable,
  samples: number[],
  { mediaTime, durationTicks }: Timeline,
): number[] {
  const end = mediaTime + (durationTicks ?? Number.POSITIVE_INFINITY);
  const shown = samples.filter((sample) => {
    const time = shownAt(table, sample);
    return time < end && (time >= mediaTime || time + durationOf(table, sample) > mediaTime);
  });
  return shown.length === 0 ? samples : shown;
}

export function unitsOf({ entry }: MovieTrack): Keyframes['units'] {
  const codec = entry === null ? 'other' : videoCodecOf(entry);
  if (codec !== 'h264' && codec !== 'hevc') return null;
  const configuration = entry?.configurations.get(codec === 'h264' ? 'avcC' : 'hvcC') ?? null;
  return { codec, lengthSize: lengthSizeOf(codec, configuration) };
}

function extentsOf({ offsets, sizes }: SampleTable, samples: readonly number[]) {
  const extents: Extent[] = samples.map((sample) => {
    const start = offsets.at(sample);
    return { kind: 'source', start, end: start + sizes.at(sample) };
  });
  return { extents, sizeBytes: samples.reduce((sum, sample) => sum + sizes.at(sample), 0) };
}

async function* framesOf(
  body: Readable,
  runs: readonly { readonly sample: number; readonly times: number }[],
  { sizes }: SampleTable,
): AsyncGenerator<Keyframe, void, void> {
  let held: Buffer[] = [];
  let bytes = 0;
  let next = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    held.push(chunk);
    bytes += chunk.byteLength;
    for (let run = runs[next]; run !== undefined && bytes >= sizes.at(run.sample); run = runs[next]) {
      const size = sizes.at(run.sample);
      const all = Buffer.concat(held);
      yield { data: all.subarray(0, size), times: run.times };
      held = [all.subarray(size)];
      bytes -= size;
      next++;
    }
  }
  if (next < runs.length) throw damaged('The file ends within its media.');
}
