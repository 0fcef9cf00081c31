import type { Packet } from '../packets.ts';
import { box, fullBox, uint32, uint64 } from './write-box.ts';

/** What one fragment holds of a track; `packets` is not empty. */
export type TrackRun = { readonly trackId: number; readonly packets: readonly Packet[] };

const SYNC = 0x0200_0000;
const NON_SYNC = 0x0101_0000;

/** A `moof` and its `mdat`, in parts to be sent one after the other; large packets are not copied. */
export function fragment(sequenceNumber: number, runs: readonly TrackRun[]): Uint8Array[] {
  const sizes = runs.map(({ packets }) => packets.reduce((sum, { data }) => sum + data.byteLength, 0));
  // The offsets count from the start of the moof, whose length does not depend on them.
  const length = moof(sequenceNumber, runs, sizes, 0).byteLength;
  const head = moof(sequenceNumber, runs, sizes, length + 8);
  const mdat = Buffer.alloc(8);
  mdat.writeUInt32BE(8 + sizes.reduce((sum, size) => sum + size, 0), 0);
  mdat.write('mdat', 4, 'latin1');
  return gathered([head, mdat, ...runs.flatMap(({ packets }) => packets.map(({ data }) => data))]);
}

/** Sound comes in packets of a few bytes: fewer, larger parts cost the stream that carries them less. */
const PART_BYTES = 64 * 1024;

function gathered(parts: readonly Uint8Array[]): Uint8Array[] {
  const made: Uint8Array[] = [];
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  const flush = () => {
    if (waiting.length > 0)
      made.push(waiting.length === 1 && waiting[0] ? waiting[0] : Buffer.concat(waiting));
    waiting = [];
    bytes = 0;
  };
  for (const part of parts) {
    if (bytes + part.byteLength > PART_BYTES) flush();
    waiting.push(part);
    bytes += part.byteLength;
  }
  flush();
  return made;
}

function moof(
  sequenceNumber: number,
  runs: readonly TrackRun[],
  sizes: readonly number[],
  dataOffset: number,
): Buffer {
  let offset = dataOffset;
  const trafs = runs.map((run, i) => {
    const made = traf(run, offset);
    offset += sizes[i] ?? 0;
    return made;
  });
  return box('moof', fullBox('mfhd', 0, 0, uint32(sequenceNumber)), ...trafs);
}

/** Offsets are from the moof (0x20000); each sample has its duration, size, flags and signed composition offset. */
function traf({ trackId, packets }: TrackRun, dataOffset: number): Buffer {
  const fields = packets.flatMap(({ duration, data, isSync, pts, dts }) => [
    duration,
    data.byteLength,
    isSync ? SYNC : NON_SYNC,
    pts - dts,
  ]);
  return box(
    'traf',
    fullBox('tfhd', 0, 0x20000, uint32(trackId)),
    fullBox('tfdt', 1, 0, uint64(packets[0]?.dts ?? 0)),
    fullBox('trun', 1, 0x1 | 0x100 | 0x200 | 0x400 | 0x800, uint32(packets.length, dataOffset, ...fields)),
  );
}
