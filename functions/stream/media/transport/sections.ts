import { crc32FromHighest } from '../codecs/crc32.ts';

/** Table ids of program association and program map sections (ISO/IEC 13818-1 table 2-31). */
export const PROGRAM_ASSOCIATION = 0x00;
export const PROGRAM_MAP = 0x02;

/** Returns what takes packets of any PIDs, and returns the section that one of them completes; null until then. */
export function sectionCollector(): (pid: number, packet: Uint8Array) => Uint8Array | null {
  const begun = new Map<number, Uint8Array>();
  return (pid, packet) => {
    const section = collectSection(packet, begun.get(pid));
    if (section === null) return null;
    begun.set(pid, section);
    if (!isComplete(section)) return null;
    begun.delete(pid);
    return section;
  };
}

/** Returns the section so far with what a packet adds to it; null without a beginning. */
function collectSection(packet: Uint8Array, begun: Uint8Array | undefined): Uint8Array | null {
  const control = (byte(packet, 3) >> 4) & 3;
  if ((control & 1) === 0) return begun ?? null;
  let start = 4;
  if (control & 2) start += 1 + byte(packet, 4);
  const isStart = (byte(packet, 1) & 0x40) !== 0;
  if (isStart) return packet.slice(start + 1 + byte(packet, start));
  if (!begun || begun.length > 4096) return null;
  return Buffer.concat([begun, packet.subarray(start)]);
}

function isComplete(section: Uint8Array): boolean {
  return section.length >= 3 && section.length >= 3 + sectionLength(section);
}

export function sectionLength(section: Uint8Array): number {
  return ((byte(section, 1) & 0x0f) << 8) | byte(section, 2);
}

/** Tells whether a complete section applies now, and is not damaged: its checksum leaves nothing (§2.4.4.1, annex A). */
export function isInForce(section: Uint8Array): boolean {
  if ((byte(section, 5) & 1) === 0) return false;
  return crc32FromHighest(section.subarray(0, 3 + sectionLength(section)), 0xffff_ffff) === 0;
}

export function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}
