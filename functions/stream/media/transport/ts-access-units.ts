import type { RandomAccess } from '../../source/bytes.ts';
import type { AccessUnit, AccessUnitScan } from './access-units.ts';
import { type CodingOrAudio, randomAccessPoint } from './coding.ts';
import type { ProgramMap } from './mpegts.ts';
import { readPesHeader } from './pes.ts';
import { PACKET_BYTES, tsPackets } from './ts-packet.ts';

/** Bytes before the first slice of an access unit: headers, parameter sets, messages. */
const HEAD_BYTES = 8 * 1024;
/** Packets of other streams lie between those of one access unit. */
const BEHIND_BYTES = 64 * 1024;

/** Scans access units of a transport stream, each of which begins with a PES packet. */
export function tsAccessUnits(
  file: RandomAccess,
  { layout, tables }: ProgramMap,
  pid: number,
  coding: CodingOrAudio,
): AccessUnitScan {
  return async (start, end) => {
    const bytes = await file.read(start, end + BEHIND_BYTES);
    const found: AccessUnit[] = [];
    let begun: { readonly at: number; readonly payload: Uint8Array[]; size: number } | null = null;
    const close = () => {
      if (begun === null) return;
      const position = start + begun.at - layout.offset;
      const accessUnit = accessUnitOf(Buffer.concat(begun.payload), coding);
      if (accessUnit !== null)
        found.push({ position, ...accessUnit, splice: () => ({ head: tables, from: position }) });
      begun = null;
    };
    for (const packet of tsPackets(bytes, start, layout)) {
      if (packet.pid !== pid || packet.payloadAt === null) continue;
      const { at, isStart, payloadAt } = packet;
      if (isStart) {
        close();
        if (start + at - layout.offset >= end) break;
        begun = { at, payload: [], size: 0 };
      }
      if (begun === null || begun.size >= HEAD_BYTES) continue;
      const payload = bytes.subarray(payloadAt, at + PACKET_BYTES);
      begun.payload.push(payload);
      begun.size += payload.length;
    }
    close();
    return found;
  };
}

function accessUnitOf(packet: Uint8Array, coding: CodingOrAudio) {
  const header = readPesHeader(packet, 0);
  if (header === null || header.pts === null) return null;
  const { pts, dts, headerBytes } = header;
  return { pts, dts: dts ?? pts, point: randomAccessPoint(coding, packet.subarray(headerBytes)) };
}
