import { parseAdts } from '../codecs/aac.ts';
import type { ProgramMap } from './mpegts.ts';
import { readPesHeader } from './pes.ts';
import type { Window } from './survey-windows.ts';
import { PACKET_BYTES, tsPackets } from './ts-packet.ts';

/** AAC with headers of its own (ADTS), by ISO/IEC 13818-1 table 2-34. */
const ADTS_STREAM = 0x0f;

/** Returns the PIDs of AAC whose configuration is not the same in all windows. */
export function changingAudio(
  windows: readonly Window[],
  { layout, streams }: ProgramMap,
): ReadonlySet<number> {
  const audios = new Set(streams.flatMap(({ pid, streamType }) => (streamType === ADTS_STREAM ? [pid] : [])));
  const first = new Map<number, Uint8Array>();
  const changing = new Set<number>();
  for (const { position, bytes } of windows) {
    for (const { at, pid, isStart, payloadAt } of tsPackets(bytes, position, layout)) {
      if (!isStart || payloadAt === null || !audios.has(pid)) continue;
      const packet = bytes.subarray(payloadAt, at + PACKET_BYTES);
      const header = readPesHeader(packet, 0);
      const config = header && parseAdts(packet.subarray(header.headerBytes))?.config;
      if (!config) continue;
      const known = first.get(pid);
      if (known === undefined) first.set(pid, config);
      else if (Buffer.compare(known, config) !== 0) changing.add(pid);
    }
  }
  return changing;
}
