import type { RandomAccess } from '../../source/bytes.ts';
import type { AccessUnit, AccessUnitScan } from './access-units.ts';
import { type Coding, randomAccessPoint } from './coding.ts';
import { decoderHeaders } from './decoder-headers.ts';
import { type PesHeader, pesLike } from './pes.ts';
import { type PsPacket, psPackets } from './ps-packets.ts';

/** Bytes before the first slice of an access unit: headers, parameter sets, messages. */
const HEAD_BYTES = 8 * 1024;
/** Packets of other streams lie between those of one access unit. */
const BEHIND_BYTES = 256 * 1024;

type VideoPacket = PsPacket & { readonly header: PesHeader; readonly payloadAt: number };

/**
 * Scans access units of a program stream's track `streamId`, which begin anywhere in its packets. Those that
 * begin first in their packet have its time. `tables`: the file's bytes before its first packet of video or
 * audio.
 */
export function psAccessUnits(
  file: RandomAccess,
  { tables, streamId }: { readonly tables: Uint8Array; readonly streamId: number },
  coding: Coding,
): AccessUnitScan {
  return async (start, end) => {
    const bytes = await file.read(start, end + BEHIND_BYTES);
    const packets = videoPackets(bytes, streamId);
    const stream = Buffer.concat(
      packets.map(({ payloadAt, end: until }) => bytes.subarray(payloadAt, until)),
    );
    const found: AccessUnit[] = [];
    let begin = 0;
    for (const packet of packets) {
      const length = packet.end - packet.payloadAt;
      const { header, at, payloadAt } = packet;
      const position = start + at;
      if (position >= end) break;
      const first = header.pts === null ? null : firstAccessUnit(stream, begin, begin + length, coding);
      if (header.pts !== null && first !== null) {
        const data = stream.subarray(first, first + HEAD_BYTES);
        const [from, skipped] = [packet.end, first - begin];
        const own = bytes.subarray(at, payloadAt);
        found.push({
          position,
          pts: header.pts,
          dts: header.dts ?? header.pts,
          point: () => randomAccessPoint(coding, data),
          headers: () => decoderHeaders(coding, data),
          splice: (headers) => ({
            head: Buffer.concat([
              tables,
              ...(headers === null ? [] : [pesLike(own, headers)]),
              pesLike(own, bytes.subarray(payloadAt + skipped, from)),
            ]),
            from: start + from,
          }),
        });
      }
      begin += length;
    }
    return found;
  };
}

function videoPackets(bytes: Uint8Array, streamId: number): VideoPacket[] {
  const packets: VideoPacket[] = [];
  for (const packet of psPackets(bytes)) {
    const { header, at, id } = packet;
    if (header !== null && id === streamId)
      packets.push({ ...packet, header, payloadAt: at + header.headerBytes });
  }
  return packets;
}

/** Finds the first access unit whose first byte lies in `[begin, end)`; null if there is none. */
function firstAccessUnit(stream: Uint8Array, begin: number, end: number, coding: Coding): number | null {
  for (let at = begin; at < end && at + 4 <= stream.length; at++) {
    if (stream[at] !== 0 || stream[at + 1] !== 0 || stream[at + 2] !== 1) continue;
    if (BEGINS_ACCESS_UNIT[coding](stream[at + 3] ?? 0)) return at;
  }
  return null;
}

/**
 * Judges the byte after a start code. A slice may be an access unit's first one; decoding cannot begin at any
 * other slice.
 */
const BEGINS_ACCESS_UNIT: Readonly<Record<Coding, (code: number) => boolean>> = {
  mpeg2: (code) => code === 0x00 || code === 0xb3 || code === 0xb8,
  mpeg4: (code) => code === 0xb0 || code === 0xb6 || code === 0xb3 || code <= 0x2f,
  h264: (code) => [1, 2, 5, 6, 7, 8, 9].includes(code & 0x1f),
  hevc: (code) => code >> 1 <= 35 || code >> 1 === 39,
};
