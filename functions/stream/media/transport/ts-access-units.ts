import type { RandomAccess } from '../../source/bytes.ts';
import type { AccessUnit, AccessUnitScan } from './access-units.ts';
import { type CodingOrAudio, randomAccessPoint } from './coding.ts';
import { decoderHeaders } from './decoder-headers.ts';
import type { ProgramMap } from './mpegts.ts';
import { pesLike, readPesHeader } from './pes.ts';
import { PACKET_BYTES, tsPackets } from './ts-packet.ts';
import { writeTsPackets } from './write-ts-packets.ts';

/** Bytes before the first slice of an access unit: headers, parameter sets, messages. */
const HEAD_BYTES = 8 * 1024;
/** Packets of other streams lie between those of one access unit. */
const BEHIND_BYTES = 64 * 1024;

type Begun = {
  readonly at: number;
  readonly isMarked: boolean;
  readonly payload: Uint8Array[];
  size: number;
};

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
    let begun: Begun | null = null;
    const close = () => {
      const accessUnit = begun && accessUnitOf(begun, start);
      if (accessUnit) found.push(accessUnit);
      begun = null;
    };
    const accessUnitOf = ({ at, isMarked, payload }: Begun, from: number): AccessUnit | null => {
      const [first] = payload;
      const whole = () => Buffer.concat(payload);
      const header = (first && readPesHeader(first, 0)) ?? readPesHeader(whole(), 0);
      if (header === null || header.pts === null) return null;
      const position = from + at - layout.offset;
      const data = () => whole().subarray(header.headerBytes);
      const nextCount = (bytes[at + 3] ?? 0) & 15;
      return {
        position,
        pts: header.pts,
        dts: header.dts ?? header.pts,
        point: () => randomAccessPoint(coding, data(), isMarked),
        headers: () => decoderHeaders(coding, data()),
        splice(headers) {
          const added = headers && pesLike(whole().subarray(0, header.headerBytes), headers);
          const before = added && writeTsPackets(added, { pid, nextCount, layout });
          return { head: before === null ? tables : Buffer.concat([tables, before]), from: position };
        },
      };
    };
    for (const packet of tsPackets(bytes, start, layout)) {
      if (packet.pid !== pid || packet.payloadAt === null) continue;
      const { at, isStart, isMarked, payloadAt } = packet;
      if (isStart) {
        close();
        if (start + at - layout.offset >= end) break;
        begun = { at, isMarked, payload: [], size: 0 };
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
