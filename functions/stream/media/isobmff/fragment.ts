import type { Packet } from '../model/packets.ts';
import { fragmentHead } from './moof.ts';

/** The packets of a track in one fragment; `packets` is not empty. */
export type TrackRun = { readonly trackId: number; readonly packets: readonly Packet[] };

/**
 * Writes a `moof` and its `mdat` as chunks that are sent one after the other; large packets are not copied.
 */
export function fragment(sequenceNumber: number, runs: readonly TrackRun[]): Uint8Array[] {
  const head = fragmentHead(
    sequenceNumber,
    runs.map(({ trackId, packets }) => ({
      trackId,
      samples: packets.map((packet) => ({ ...packet, sizeBytes: packet.data.byteLength })),
    })),
  );
  return gathered([head, ...runs.flatMap(({ packets }) => packets.map(({ data }) => data))]);
}

/** Audio comes in packets of a few bytes: fewer, larger chunks cost the stream that carries them less. */
const PART_BYTES = 64 * 1024;

function gathered(parts: readonly Uint8Array[]): Uint8Array[] {
  const fragments: Uint8Array[] = [];
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  const flush = () => {
    if (waiting.length > 0)
      fragments.push(waiting.length === 1 && waiting[0] ? waiting[0] : Buffer.concat(waiting));
    waiting = [];
    bytes = 0;
  };
  for (const part of parts) {
    if (bytes + part.byteLength > PART_BYTES) flush();
    waiting.push(part);
    bytes += part.byteLength;
  }
  flush();
  return fragments;
}
