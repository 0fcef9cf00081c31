import type { Packet, PacketTrack } from '../packets.ts';
import { fragment, type TrackRun } from './fragment.ts';
import { initSegment } from './init-segment.ts';

/** Media in the first fragment: what a player waits for before the first frame. */
const FIRST_FRAGMENT_SECONDS = 0.25;
const FRAGMENT_SECONDS = 1;
/** Ends a fragment early, whatever it holds by then. */
const MAX_FRAGMENT_BYTES = 8 * 1024 * 1024;

/**
 * A fragmented MP4 of `tracks`: the init segment, then fragments that hold all tracks for the same stretch of time.
 * Packets are asked for as the output is, and at most one fragment of them is held.
 */
export async function* writeFragmentedMp4(
  tracks: readonly PacketTrack[],
): AsyncGenerator<Uint8Array, void, void> {
  yield initSegment(tracks);
  const readers = tracks.map((track, i) => openReader(track, i + 1));
  try {
    for (let sequenceNumber = 1; ; sequenceNumber++) {
      const heads = await Promise.all(readers.map((reader) => reader.peek()));
      if (heads.every((packet) => packet === null)) return;
      const start = Math.min(...readers.map((reader, i) => reader.secondsOf(heads[i] ?? null)));
      const length = sequenceNumber === 1 ? FIRST_FRAGMENT_SECONDS : FRAGMENT_SECONDS;
      const runs = await Promise.all(
        readers.map((reader) => reader.takeUntil(start + length, MAX_FRAGMENT_BYTES)),
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
  /** On the presentation's timeline; infinite behind the last packet. */
  function secondsOf(packet: Packet | null): number {
    if (packet === null) return Number.POSITIVE_INFINITY;
    return track.delaySeconds + (packet.dts - track.mediaTime) / track.timescale;
  }
  return {
    peek,
    secondsOf,
    async takeUntil(endSeconds: number, maxBytes: number): Promise<TrackRun> {
      const packets: Packet[] = [];
      let bytes = 0;
      for (let packet = await peek(); packet !== null; packet = await peek()) {
        if (secondsOf(packet) >= endSeconds || (bytes > 0 && bytes + packet.data.byteLength > maxBytes))
          break;
        packets.push(packet);
        bytes += packet.data.byteLength;
        head = undefined;
      }
      return { trackId, packets };
    },
    async close(): Promise<void> {
      await iterator.return?.();
    },
  };
}
