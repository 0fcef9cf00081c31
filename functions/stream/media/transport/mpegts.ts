import type { RandomAccess } from '../../source/bytes.ts';
import type { PacketLayout } from './program-clock.ts';
import { byte, PROGRAM_MAP, sectionCollector, sectionLength } from './sections.ts';
import { PACKET_BYTES } from './ts-packet.ts';

/** One elementary stream in the program map (ISO/IEC 13818-1 §2.4.4.8), in its order. */
export type ProgramStream = {
  readonly index: number;
  readonly pid: number;
  readonly streamType: number;
  /** What a demuxer for H.264, HEVC and their usual audio can do with it. */
  readonly kind: 'readable' | 'unreadable' | 'data';
  readonly language: string | null;
  readonly codec: string;
};

export type ProgramMap = {
  readonly streams: readonly ProgramStream[];
  readonly isScrambled: boolean;
  /** True if the file ends within a packet. */
  readonly isCutOff: boolean;
  readonly layout: PacketLayout;
  /** The unchanged packets with the tables that list the streams. */
  readonly tables: Uint8Array;
};

/** Broadcasters and muxers repeat the tables at least every 0.7 s; this is seconds of most streams. */
const HEAD_BYTES = [2 ** 16, 2 ** 21];

/** Reads the program map of a transport stream with one program; null if there is none, or more than one. */
export async function readProgramMap(file: RandomAccess): Promise<ProgramMap | null> {
  const maps = await readProgramMaps(file);
  return maps?.programs === 1 ? maps : null;
}

/** Reads the streams of all programs as if they were one; null if there is none. */
export async function readProgramMaps(file: RandomAccess): Promise<ProgramMaps | null> {
  for (const headBytes of HEAD_BYTES) {
    const head = await file.read(0, Math.min(headBytes, file.sizeBytes));
    const layout = packetLayout(head);
    // The first packets decide, so that no other kind of file costs two megabytes.
    if (layout === null) return null;
    const maps = findProgramMaps(head, layout, file.sizeBytes);
    if (maps || head.length < headBytes) return maps;
  }
  return null;
}

type ProgramMaps = ProgramMap & { readonly programs: number };

/** Returns null unless the maps of all programs are there. */
function findProgramMaps(head: Uint8Array, layout: PacketLayout, sizeBytes: number): ProgramMaps | null {
  const sectionWith = sectionCollector();
  const maps = new Map<number, ProgramStream[] | null>();
  const tables: Uint8Array[] = [];
  const scrambled = new Set<number>();
  const isWhole = () => maps.size > 0 && [...maps.values()].every((streams) => streams !== null);
  for (let at = layout.offset; at + PACKET_BYTES <= head.length; at += layout.stride) {
    const packet = head.subarray(at, at + PACKET_BYTES);
    if (packet[0] !== 0x47) return null;
    const pid = ((byte(packet, 1) & 0x1f) << 8) | byte(packet, 2);
    if (byte(packet, 3) >> 6 !== 0) scrambled.add(pid);
    if ((pid !== 0 && !maps.has(pid)) || isWhole()) continue;
    tables.push(head.subarray(at - layout.offset, at - layout.offset + layout.stride));
    const section = sectionWith(pid, packet);
    if (section === null) continue;
    if (pid !== 0 && section[0] === PROGRAM_MAP) maps.set(pid, programStreams(section));
    if (pid === 0) for (const map of programMapPids(section)) if (!maps.has(map)) maps.set(map, null);
  }
  if (!isWhole()) return null;
  const streams = [...maps.values()].flatMap((own) => own ?? []);
  return {
    streams,
    programs: maps.size,
    isScrambled: streams.some((stream) => scrambled.has(stream.pid)),
    isCutOff: sizeBytes % layout.stride !== 0,
    layout,
    tables: Buffer.concat(tables),
  };
}

/**
 * Finds the first packet and the distance of packets: 188 bytes, 192 with a time code before, 204 with error
 * correction.
 */
function packetLayout(head: Uint8Array): PacketLayout | null {
  for (const [offset, stride] of [
    [0, 188],
    [4, 192],
    [0, 204],
  ] as const) {
    const count = Math.min(8, Math.floor((head.length - offset) / stride));
    if (count < 2) continue;
    let i = 0;
    while (i < count && head[offset + i * stride] === 0x47) i++;
    if (i === count) return { offset, stride };
  }
  return null;
}

/** Returns the PIDs of the program maps that a program association section (§2.4.4.4) lists. */
export function programMapPids(section: Uint8Array): number[] {
  const pids: number[] = [];
  const end = Math.min(section.length, 3 + sectionLength(section) - 4);
  for (let at = 8; at + 4 <= end; at += 4) {
    const program = (byte(section, at) << 8) | byte(section, at + 1);
    if (program !== 0) pids.push(((byte(section, at + 2) & 0x1f) << 8) | byte(section, at + 3));
  }
  return pids;
}

/** Returns the elementary streams of a program map section. */
export function programStreams(section: Uint8Array): ProgramStream[] {
  const streams: ProgramStream[] = [];
  const end = Math.min(section.length, 3 + sectionLength(section) - 4);
  let at = 12 + (((byte(section, 10) & 0x0f) << 8) | byte(section, 11));
  while (at + 5 <= end) {
    const descriptorsEnd = Math.min(
      end,
      at + 5 + (((byte(section, at + 3) & 0x0f) << 8) | byte(section, at + 4)),
    );
    const streamType = byte(section, at);
    const tags = descriptors(section, at + 5, descriptorsEnd);
    streams.push({
      index: streams.length,
      pid: ((byte(section, at + 1) & 0x1f) << 8) | byte(section, at + 2),
      streamType,
      kind: kindOf(streamType, tags),
      language: tags.get(0x0a)?.slice(0, 3).toString('latin1') ?? null,
      codec: `stream type 0x${streamType.toString(16).padStart(2, '0')}`,
    });
    at = descriptorsEnd;
  }
  return streams;
}

function descriptors(section: Uint8Array, start: number, end: number): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = start; at + 2 <= end; at += 2 + byte(section, at + 1)) {
    found.set(
      byte(section, at),
      Buffer.from(section.subarray(at + 2, Math.min(end, at + 2 + byte(section, at + 1)))),
    );
  }
  return found;
}

const READABLE = new Set([0x0f, 0x1b, 0x24, 0x81, 0x87]);
const UNREADABLE = new Set([
  0x01, 0x02, 0x03, 0x04, 0x10, 0x11, 0x33, 0x42, 0x80, 0x82, 0x83, 0x84, 0x85, 0x86, 0xea,
]);

/** Teletext, subtitles, VBI data (ETSI EN 300 468 table 12). */
const DATA_TAGS = [0x45, 0x46, 0x56, 0x59];
const REGISTRATION = 0x05;
/** Registered formats (SMPTE RA) that are neither video nor audio. */
const DATA_FORMATS = ['KLVA', 'ID3 ', 'CUEI', 'VANC', 'DTG1', 'SCTE'];

/**
 * Classifies stream types of ISO/IEC 13818-1 table 2-34 and ATSC A/52. MPEG audio (3, 4) may be layer II,
 * which the demuxer takes for MP3; private data (6) is AC-3 or E-AC-3 by its descriptor (ETSI EN 300 468
 * annex D), data with a descriptor that says so, or, with any other descriptor or none, video or audio that
 * only its bytes can tell.
 */
function kindOf(streamType: number, tags: ReadonlyMap<number, Buffer>): ProgramStream['kind'] {
  if (READABLE.has(streamType)) return 'readable';
  if (UNREADABLE.has(streamType)) return 'unreadable';
  if (streamType !== 0x06) return 'data';
  if (tags.has(0x6a) || tags.has(0x7a)) return 'readable';
  if (DATA_TAGS.some((tag) => tags.has(tag))) return 'data';
  const format = tags.get(REGISTRATION)?.toString('latin1', 0, 4);
  return format !== undefined && DATA_FORMATS.includes(format) ? 'data' : 'unreadable';
}
