import type { Packet, PacketTrack } from '../model/packets.ts';
import { fragment, type TrackRun } from './fragment.ts';
import { idsOf, initSegment } from './init-segment.ts';

/** Media in the first fragment: a player waits for it before the first frame. */
const FIRST_FRAGMENT_SECONDS = 0.25;
const FRAGMENT_SECONDS = 1;
/**
 * A fragment with this much ends at the next sync sample of the video, so that the next one can be decoded
 * alone.
 */
const SYNC_FRAGMENT_SECONDS = 0.1;
/** Bounds of a track's run: either one ends it early. */
const MAX_RUN_BYTES = 8 * 1024 * 1024;
const MAX_RUN_PACKETS = 16_384;

/**
 * Writes a fragmented MP4 of `tracks`: the init segment, then fragments that hold all tracks for the same
 * stretch of time. Packets are requested as the output is, and at most one fragment of them is held.
 */
export async function* writeFragmentedMp4(
  tracks: readonly PacketTrack[],
  ids = idsOf(tracks),
  { isQuickTime = false } = {},
): AsyncGenerator<Uint8Array, void, void> {
  yield initSegment(tracks, ids, { isQuickTime });
  const readers = tracks.map((track, i) => openReader(track, ids[i] ?? 0));
  const video = readers[tracks.findIndex(({ kind }) => kind === 'video')];
  try {
    for (let sequenceNumber = 1; ; sequenceNumber++) {
      const heads = await Promise.all(readers.map((reader) => reader.peek()));
      if (heads.every((packet) => packet === null)) return;
      const start = Math.min(...readers.map((reader, i) => reader.secondsOf(heads[i] ?? null)));
      const end = start + (sequenceNumber === 1 ? FIRST_FRAGMENT_SECONDS : FRAGMENT_SECONDS);
      // Video decides where the fragment ends, and audio follows.
      const film = await video?.takeUntil(end, start + SYNC_FRAGMENT_SECONDS);
      const boundary = film?.endsAtSync ? video?.secondsOf(await video.peek()) : end;
      const runs = await Promise.all(
        readers.map((reader) => (reader === video && film ? film : reader.takeUntil(boundary ?? end))),
      );
      yield* fragment(
        sequenceNumber,
        runs.filter(({ packets }) => packets.length > 0),
      );
    }
  } finally {
    await Promise.all(readers.map((reader) => reader.close()));
  }
}

type Taken = TrackRun & { readonly endsAtSync: boolean };

function openReader(track: PacketTrack, trackId: number) {
  const iterator = track.packets[Symbol.asyncIterator]();
  let head: Packet | null | undefined;
  async function peek(): Promise<Packet | null> {
    if (head === undefined) {
      const { value, done } = await iterator.next();
      head = done ? null : value;
    }
    return head;
  }
  /** Returns seconds on the presentation's timeline; infinite after the last packet. */
  function secondsOf(packet: Packet | null): number {
    if (packet === null) return Number.POSITIVE_INFINITY;
    return track.delaySeconds + (packet.dts - track.mediaTime) / track.timescale;
  }
  return {
    peek,
    secondsOf,
    /**
     * Takes the packets decoded before `endSeconds`, or before the first sync sample at or after
     * `syncSeconds`.
     */
    async takeUntil(endSeconds: number, syncSeconds = Number.POSITIVE_INFINITY): Promise<Taken> {
      const packets: Packet[] = [];
      let bytes = 0;
      for (let packet = await peek(); packet !== null; packet = await peek()) {
        // Sums of seconds lose less than any tick.
        const seconds = secondsOf(packet) + 1e-9;
        if (seconds >= endSeconds) break;
        if (packets.length > 0) {
          const { length } = packets;
          if (packet.isSync && seconds >= syncSeconds) return { trackId, packets, endsAtSync: true };
          if (length === MAX_RUN_PACKETS || bytes + packet.data.byteLength > MAX_RUN_BYTES) break;
        }
        packets.push(packet);
        bytes += packet.data.byteLength;
        head = undefined;
      }
      return { trackId, packets, endsAtSync: false };
    },
    async close(): Promise<void> {
      await iterator.return?.();
    },
  };
}
