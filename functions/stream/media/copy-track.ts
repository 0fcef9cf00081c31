import { Readable } from 'node:stream';
import { damaged } from '../http/problem.ts';
import type { Cuts } from '../plan/presentation.ts';
import type { CachedAccess } from '../source/cache.ts';
import type { ByteRange, Source, StoredObject } from '../source/source.ts';
import { tableOf } from './isobmff/describe.ts';
import { fragment } from './isobmff/fragment.ts';
import { initSegment } from './isobmff/init-segment.ts';
import { moviePackets } from './isobmff/packets.ts';
import type { SampleTable } from './isobmff/sample-table.ts';
import { endOf, timelineOf } from './isobmff/timeline.ts';
import type { Packet } from './packets.ts';
import type { Probed } from './probe.ts';

/** One track of a file, cut into segments of fragmented MP4 without decoding it. */
export type CopyTrack = {
  readonly cuts: Cuts;
  /** The init segment of this track alone. Its edit list takes off what decoding is ahead of presentation. */
  init(): Uint8Array;
  /** Everything between two cuts, by their positions in `cuts`. */
  segment(from: number, to: number, sequenceNumber: number): Segment;
  /** The one picture at a cut, shown for so long: a fragment of its own, for trick play. Video only. */
  picture(cut: number, durationTicks: number, sequenceNumber: number): Segment;
};

export type Segment = {
  /** Null where the size is known at the end only: then the whole is all that can be opened. */
  readonly sizeBytes: number | null;
  /** Rejects with a problem before the first byte; after that the stream errors, and never ends short. */
  open(range?: ByteRange): Promise<Readable>;
};

export type CopyTrackInput = {
  readonly probed: Probed;
  readonly source: Source;
  readonly object: StoredObject;
  readonly access: CachedAccess;
  /** `Track.index` of what is wanted. */
  readonly trackIndex: number;
  /** Where the presentation's own zero lies on the file's timeline. */
  readonly zeroSeconds: number;
  /** Whether key frames are looked at, for what the index does not tell. */
  readonly looksAtPictures: boolean;
  readonly signal: AbortSignal;
};

/** Why a track cannot be cut without decoding it, in words for people. */
export type NoCopy = { readonly whyNot: string };

/** Plain MP4 and MOV alone. */
export async function openCopyTrack(input: CopyTrackInput): Promise<CopyTrack | NoCopy> {
  const { probed, access, trackIndex, zeroSeconds } = input;
  const { movie, media } = probed;
  const obstacle = probed.remuxObstacle(trackIndex);
  if (obstacle !== null) return { whyNot: obstacle };
  const track = movie?.tracks[trackIndex];
  const table = movie && track ? tableOf(movie, track) : null;
  if (!movie || !track || !table) return { whyNot: `a ${media.container} file is not cut into segments` };
  const timeline = timelineOf(movie, track);
  const delayTicks = Math.round((timeline.delaySeconds - zeroSeconds) * track.timescale);
  const options = { trackIndexes: [trackIndex], startSeconds: 0, durationSeconds: null };
  const [packets] = moviePackets(movie, access, options);
  if (packets === undefined) return { whyNot: 'there is no such track' };
  const places = cutsOf(table);
  const at = (sample: number) => (table.decodeTimes[sample] ?? 0) + (table.compositionOffsets[sample] ?? 0);
  const cuts: Cuts = {
    trackIndex,
    timescale: track.timescale,
    times: Float64Array.from(
      [...places.map(at), endOf(table)],
      (time) => time - timeline.mediaTime + delayTicks,
    ),
    bytesBefore: bytesBefore(table, places),
  };
  const read = async (sample: number): Promise<Packet> => {
    const start = table.offsets[sample] ?? 0;
    const size = table.sizes[sample] ?? 0;
    const data = await access.read(start, start + size);
    if (data.byteLength < size) throw damaged('The file ends within its media.');
    const dts = (table.decodeTimes[sample] ?? 0) + delayTicks;
    const next = table.decodeTimes[sample + 1];
    return {
      data,
      dts,
      pts: dts + (table.compositionOffsets[sample] ?? 0),
      duration: next === undefined ? table.lastDuration : next + delayTicks - dts,
      isSync: table.sync[sample] === 1,
    };
  };
  const made = (first: number, end: number, number: number, durationTicks: number | null): Segment => ({
    sizeBytes: null,
    async open() {
      const list: Packet[] = [];
      for (let sample = first; sample < end; sample++) list.push(await read(sample));
      const shown = list.map((packet) => ({ ...packet, duration: durationTicks ?? packet.duration }));
      return Readable.from(fragment(number, [{ trackId: 1, packets: shown }]), { objectMode: false });
    },
  });
  return {
    cuts,
    init: () =>
      initSegment([{ ...packets, mediaTime: timeline.mediaTime, delaySeconds: 0, durationTicks: null }]),
    segment: (from, to, number) => made(places[from] ?? 0, places[to] ?? table.count, number, null),
    picture: (cut, ticks, number) => made(places[cut] ?? 0, (places[cut] ?? 0) + 1, number, ticks),
  };
}

/** Sync samples behind which nothing earlier is shown. */
function cutsOf({ count, sync, decodeTimes, compositionOffsets }: SampleTable): readonly number[] {
  const places: number[] = [];
  let earliest = Number.POSITIVE_INFINITY;
  for (let sample = count - 1; sample >= 0; sample--) {
    const time = (decodeTimes[sample] ?? 0) + (compositionOffsets[sample] ?? 0);
    earliest = Math.min(earliest, time);
    if (sync[sample] === 1 && time <= earliest) places.push(sample);
  }
  return places.reverse();
}

function bytesBefore({ count, sizes }: SampleTable, places: readonly number[]): Float64Array {
  const sums = new Float64Array(places.length + 1);
  let sum = 0;
  for (let sample = 0, i = 0; sample <= count; sample++) {
    while (i <= places.length && (places[i] ?? count) === sample) sums[i++] = sum;
    sum += sizes[sample] ?? 0;
  }
  return sums;
}
