import { elements } from '../demux/ebml.ts';
import { ID } from '../demux/matroska-ids.ts';
import { beginsWith } from './front.ts';
import type { WebmIndex } from './webm-index.ts';

/**
 * Writes all elements before the clusters (RFC 9559), with the size of the segment, its duration and its
 * cues.
 */
export function webmHead({ bytes, ebml, info, tracks, duration, cues }: WebmIndex): Buffer {
  const unchanged = [timedInfo(Buffer.from(info, 'hex'), duration), Buffer.from(tracks, 'hex')];
  const content = (clustersAt: number) => {
    const index = element(
      ID.cues,
      ...cues.map(([time, track, offset]) =>
        element(
          ID.cuePoint,
          number(ID.cueTime, time),
          element(
            ID.cueTrackPositions,
            number(ID.cueTrack, track),
            number(ID.cueClusterPosition, clustersAt + offset),
          ),
        ),
      ),
    );
    const parts = cues.length === 0 ? unchanged : [...unchanged, index];
    return Buffer.concat([seekHead(parts), ...parts]);
  };
  // All numbers have eight bytes, so that the length does not depend on them.
  const inner = content(content(0).length);
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(inner.length + bytes) | (1n << 56n));
  return Buffer.concat([Buffer.from(ebml, 'hex'), idBytes(ID.segment), size, inner]);
}

/**
 * Writes the duration in milliseconds into the front of WebM that is sent while it is encoded. Leaves out
 * places, which no longer hold. Null until its tracks are there.
 */
export function webmWithLength(bytes: Buffer, duration: number): Buffer | null {
  if (!beginsWith(bytes, idBytes(ID.ebml))) return bytes;
  let ebml: Buffer | null = null;
  let info: Buffer | null = null;
  const within = [...elements(bytes, 0, bytes.length)].flatMap((element) =>
    element.id === ID.segment ? [...elements(bytes, element.start, element.end)] : [element],
  );
  for (const { id, at, end, isCut } of within) {
    if (isCut) return null;
    if (id === ID.ebml) ebml = bytes.subarray(at, end);
    if (id === ID.info) info = bytes.subarray(at, end);
    if (id !== ID.tracks || ebml === null || info === null) continue;
    return Buffer.concat([
      ebml,
      idBytes(ID.segment),
      UNKNOWN_SIZE,
      timedInfo(info, duration),
      bytes.subarray(at),
    ]);
  }
  return null;
}

/** The unknown size of RFC 8794 §6.2. */
const UNKNOWN_SIZE = Buffer.from([0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);

function seekHead(parts: readonly Buffer[]): Buffer {
  const write = (length: number) => {
    let position = length;
    const seeks = parts.map((part) => {
      const seek = element(
        ID.seek,
        element(ID.seekId, part.subarray(0, 4)),
        number(ID.seekPosition, position),
      );
      position += part.length;
      return seek;
    });
    return element(ID.seekHead, ...seeks);
  };
  return write(write(0).length);
}

/** Combines the segment's info, written before its length was known, with the length. */
function timedInfo(info: Buffer, duration: number): Buffer {
  const [own] = elements(info, 0, info.length);
  const value = Buffer.alloc(8);
  value.writeDoubleBE(duration);
  const unchanged = own === undefined ? Buffer.alloc(0) : withoutDuration(info, own.start);
  return element(ID.info, unchanged, element(ID.duration, value));
}

function withoutDuration(info: Buffer, start: number): Buffer {
  const unchanged = [...elements(info, start, info.length)].filter(({ id }) => id !== ID.duration);
  return Buffer.concat(unchanged.map(({ at, end }) => info.subarray(at, end)));
}

function element(id: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(content.length | 0x1000_0000);
  return Buffer.concat([idBytes(id), size, content]);
}

function number(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return element(id, bytes);
}

function idBytes(id: number): Buffer {
  return Buffer.from(id.toString(16).padStart(2, '0'), 'hex');
}
