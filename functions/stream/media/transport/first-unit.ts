import type { RandomAccess } from '../../source/bytes.ts';
import { readPesHeader } from './pes.ts';
import type { PacketLayout } from './program-clock.ts';
import { PACKET_BYTES, tsPackets } from './ts-packet.ts';

/** Most keyframes are shorter, with the packets of other streams between theirs. */
const FIRST_BYTES = 128 * 1024;
/** Several are read at the same time; what has more is left to ffmpeg. */
const MOST_BYTES = 8 * 2 ** 20;

/**
 * Reads the first access unit of a track of a transport stream, which may follow headers in so many PES packets of their
 * own (`headerCount`), as a bitstream with all of them. Null if there is none, or none of a usual size.
 */
export async function readFirstUnit(
  file: RandomAccess,
  {
    pid,
    layout,
    headerCount,
  }: { readonly pid: number; readonly layout: PacketLayout; readonly headerCount: number },
): Promise<Uint8Array | null> {
  for (let size = FIRST_BYTES; size <= MOST_BYTES; size *= 4) {
    const bytes = await file.read(0, Math.min(size, file.sizeBytes));
    const units = unitsOf(bytes, { pid, layout }, headerCount + 2);
    const isWhole = units.length > headerCount + 1 || bytes.length < size || bytes.length >= file.sizeBytes;
    if (isWhole) return units.length > headerCount ? Buffer.concat(units.slice(0, headerCount + 1)) : null;
  }
  return null;
}

/** Returns what the first PES packets of a track carry, the last of them perhaps in part. */
function unitsOf(
  bytes: Uint8Array,
  { pid, layout }: { readonly pid: number; readonly layout: PacketLayout },
  most: number,
): Uint8Array[] {
  const units: Uint8Array[][] = [];
  for (const { at, pid: own, isStart, payloadAt } of tsPackets(bytes, 0, layout)) {
    if (own !== pid || payloadAt === null) continue;
    if (isStart && units.length === most) break;
    if (isStart) units.push([]);
    units.at(-1)?.push(bytes.subarray(payloadAt, at + PACKET_BYTES));
  }
  return units.map((parts) => {
    const packet = Buffer.concat(parts);
    return packet.subarray(readPesHeader(packet, 0)?.headerBytes ?? 0);
  });
}

/** Counts the PES packets of a track that begin in some bytes. */
export function countUnits(bytes: Uint8Array, pid: number, layout: PacketLayout): number {
  let count = 0;
  for (const packet of tsPackets(bytes, 0, layout)) if (packet.pid === pid && packet.isStart) count++;
  return count;
}
