import type { Packet, PacketTrack } from '../model/packets.ts';
import { fragment, idsOf, initSegment, type TrackRun } from './fragment-boxes.ts';

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

/** Players and proxies pass data on in blocks of this size. */
const BLOCK_BYTES = 32 * 1024;
/** Chromium shows the first frame when it has the second block. */
const PADDED_FRAGMENTS = 2;

/**
 * Fills the first two fragments of a fragmented MP4 up to whole blocks of 32 KiB with `free` boxes. At low
 * bitrates half a second of film is a few kilobytes, which would wait in the player's (and in Lambda's)
 * buffers for the next bytes: the first frame came after 0.5 s instead of 2 to 3 s in Chromium.
 */
export async function* padFirstFragments(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  const header = Buffer.alloc(8);
  let headerBytes = 0;
  let left = 0;
  let total = 0;
  let fragments = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = 0; at < chunk.byteLength && fragments < PADDED_FRAGMENTS; ) {
      if (left === 0) {
        const taken = Math.min(8 - headerBytes, chunk.byteLength - at);
        header.set(chunk.subarray(at, at + taken), headerBytes);
        headerBytes += taken;
        at += taken;
        if (headerBytes < 8) break;
        left = header.readUInt32BE(0) - 8;
        // No box without a plain size (to the end of the file, or of more than 4 GB) is written here.
        if (left < 0) fragments = PADDED_FRAGMENTS;
      }
      const taken = Math.min(Math.max(0, left), chunk.byteLength - at);
      left -= taken;
      at += taken;
      if (left !== 0 || headerBytes < 8) continue;
      headerBytes = 0;
      if (header.toString('latin1', 4, 8) !== 'mdat') continue;
      yield chunk.subarray(from, at);
      total += at - from;
      from = at;
      const padding = freeBox(total);
      total += padding.byteLength;
      yield padding;
      fragments++;
    }
    if (from < chunk.byteLength) yield chunk.subarray(from);
    total += chunk.byteLength - from;
  }
}

/** Writes a `free` box that ends on a whole block, of at least eight bytes. */
function freeBox(position: number): Buffer {
  const missing = (BLOCK_BYTES - (position % BLOCK_BYTES)) % BLOCK_BYTES;
  const box = Buffer.alloc(missing >= 8 ? missing : missing + BLOCK_BYTES);
  box.writeUInt32BE(box.byteLength, 0);
  box.write('free', 4, 'latin1');
  return box;
}
