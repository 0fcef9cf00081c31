import { damaged } from '../../base/problem.ts';
import { readMovie } from '../../media/isobmff/movie.ts';
import { readStream } from '../../media/isobmff/read-stream.ts';
import { timelineOf } from '../../media/isobmff/timeline.ts';
import type { TrackHead } from '../../media/isobmff/track-boxes.ts';
import type { CopyTrack } from '../../media/model/copy-track.ts';
import type { Cuts } from '../../media/model/cuts.ts';
import { firstIndex } from '../../media/model/first-index.ts';
import type { Packet } from '../../media/model/packets.ts';

/** Returns the cut nearest to a time of the presentation. */
export function nearestCut(cuts: Cuts, seconds: number): number {
  const wanted = seconds * cuts.timescale;
  const next = firstIndex(0, cuts.count - 1, (cut) => cuts.timeAt(cut) >= wanted);
  const isBefore = next > 0 && wanted - cuts.timeAt(next - 1) < cuts.timeAt(next) - wanted;
  return isBefore ? next - 1 : next;
}

/** Reads the init segment of the track. */
export async function copiedHead(track: CopyTrack): Promise<TrackHead> {
  const init = Buffer.from(track.init());
  const movie = await readMovie({
    sizeBytes: init.length,
    read: async (start, end) => init.subarray(start, end),
  });
  const [found] = movie?.tracks ?? [];
  if (!movie || !found?.entry) throw damaged('The audio of the file cannot be read a second time.');
  const { timescale, language } = found;
  const { delaySeconds, mediaTime } = timelineOf(movie, found);
  return {
    kind: 'audio',
    timescale,
    sampleEntry: found.entry.bytes,
    language: language ?? 'und',
    width: 0,
    height: 0,
    matrix: null,
    delaySeconds,
    mediaTime,
    durationTicks: null,
  };
}

/** This many lie close to each other in the file. */
const PACKETS_AT_ONCE = 400;

/** Yields the packets between two cuts unchanged. */
export async function* copiedAudio(
  track: CopyTrack,
  from: number,
  to: number,
): AsyncGenerator<Packet, void, void> {
  for (let first = from; first < to; first += PACKETS_AT_ONCE) {
    const segment = track.segment(first, Math.min(to, first + PACKETS_AT_ONCE), 1);
    const { samples } = await readStream(behind(track.init(), segment.open()));
    for await (const { data, decodeTime, compositionOffset, duration, isSync } of samples) {
      yield { data, dts: decodeTime, pts: decodeTime + compositionOffset, duration, isSync };
    }
  }
}

async function* behind(
  head: Uint8Array,
  rest: Promise<AsyncIterable<Uint8Array>>,
): AsyncGenerator<Uint8Array, void, void> {
  yield head;
  yield* await rest;
}
