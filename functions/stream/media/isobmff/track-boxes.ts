import { box, fullBox, text, uint16, uint32, uint64 } from '../boxes/write-box.ts';
import type { ContainerVideoTrack } from '../model/container.ts';
import type { PacketTrack } from '../model/packets.ts';

/** The facts of a track at the start of a file. */
export type TrackHead = Omit<PacketTrack, 'packets'>;

/** Of a head: the track begins with its movie, is not turned, and lasts as long as its samples. */
export const WITHOUT_PLACE = { matrix: null, delaySeconds: 0, mediaTime: 0, durationTicks: null } as const;

/** A track's data besides its head: empty if fragments follow. */
export type TrackTables = {
  /** The boxes of `stbl` after `stsd`. */
  readonly boxes: readonly Uint8Array[];
  /** Duration of the presentation, in ticks; 0 leaves the end open to the fragments that follow. */
  readonly presentedTicks: number;
  /** Duration of all samples, in ticks. */
  readonly mediaTicks: number;
};

const IDENTITY = uint32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);
const PREDEFINED = uint32(0, 0, 0, 0, 0, 0);

/** Returns the finest clock of the tracks, so that a delay loses nothing to rounding. */
export function movieTimescale(tracks: readonly { readonly timescale: number }[]): number {
  return Math.max(1000, ...tracks.map(({ timescale }) => timescale));
}

export function mvhd(timescale: number, durationTicks: number, nextTrackId: number): Buffer {
  return timedBox(
    'mvhd',
    0,
    uint32(timescale),
    durationTicks,
    uint32(0x10000),
    uint16(0x100, 0),
    uint32(0, 0),
    IDENTITY,
    PREDEFINED,
    uint32(nextTrackId),
  );
}

export function trak(track: TrackHead, id: number, movieClock: number, tables: TrackTables): Buffer {
  const { kind, width, height, matrix, timescale, delaySeconds, language, sampleEntry } = track;
  const isVideo = kind === 'video';
  const presented = Math.round((tables.presentedTicks / timescale) * movieClock);
  const whole = presented === 0 ? 0 : presented + Math.round(delaySeconds * movieClock);
  return box(
    'trak',
    // Enabled, and in the movie.
    timedBox(
      'tkhd',
      3,
      uint32(id, 0),
      whole,
      uint32(0, 0),
      uint16(0, isVideo ? 0 : 1, isVideo ? 0 : 0x100, 0),
      matrix ?? IDENTITY,
      uint32(Math.round(width * 65_536), Math.round(height * 65_536)),
    ),
    ...edits(track, movieClock, presented),
    box(
      'mdia',
      timedBox('mdhd', 0, uint32(timescale), tables.mediaTicks, uint16(packedLanguage(language), 0)),
      fullBox('hdlr', 0, 0, uint32(0), text(isVideo ? 'vide' : 'soun'), uint32(0, 0, 0), text('\0')),
      box(
        'minf',
        isVideo ? fullBox('vmhd', 0, 1, uint32(0, 0)) : fullBox('smhd', 0, 0, uint32(0)),
        box('dinf', fullBox('dref', 0, 0, uint32(1), fullBox('url ', 0, 1))),
        box('stbl', fullBox('stsd', 0, 0, uint32(1), sampleEntry), ...tables.boxes),
      ),
    ),
  );
}

/** Writes a box with empty creation times and a duration after `middle`, with 64-bit fields if it is long. */
function timedBox(
  type: string,
  flags: number,
  middle: Uint8Array,
  duration: number,
  ...parts: readonly Uint8Array[]
): Buffer {
  const isLong = duration > 0xffff_ffff;
  const time = isLong ? uint64 : uint32;
  return fullBox(type, isLong ? 1 : 0, flags, time(0), time(0), middle, time(duration), ...parts);
}

function edits({ delaySeconds, mediaTime }: TrackHead, movieClock: number, presented: number): Buffer[] {
  const delay = Math.round(delaySeconds * movieClock);
  if (delay === 0 && mediaTime === 0 && presented === 0) return [];
  const entry = (duration: number, time: number) =>
    Buffer.concat([uint64(duration), uint64(time), uint16(1, 0)]);
  const entries = [...(delay > 0 ? [entry(delay, -1)] : []), entry(presented, mediaTime)];
  return [box('edts', fullBox('elst', 1, 0, uint32(entries.length), ...entries))];
}

function packedLanguage(language: string): number {
  const letters = /^[a-z]{3}$/.test(language) ? language : 'und';
  return [...letters].reduce((packed, letter) => (packed << 5) | (letter.charCodeAt(0) - 0x60), 0);
}

/**
 * Builds the 3×3 matrix of `tkhd` (ISO/IEC 14496-12 §6.2.2) that mirrors, then rotates, into the first
 * quadrant.
 */
export function displayMatrix({
  rotation,
  mirrored,
  squareWidth: w,
  squareHeight: h,
}: ContainerVideoTrack): Uint8Array | null {
  if (rotation === 0 && !mirrored) return null;
  const turns = {
    0: [1, 0, 0, 1, 0, 0],
    90: [0, 1, -1, 0, h, 0],
    180: [-1, 0, 0, -1, w, h],
    270: [0, -1, 1, 0, 0, w],
  };
  const [a = 1, b = 0, c = 0, d = 1, x = 0, y = 0] = turns[rotation];
  const rows = mirrored ? [-a, -b, 0, c, d, 0, w * a + x, w * b + y, 1] : [a, b, 0, c, d, 0, x, y, 1];
  const matrix = Buffer.alloc(36);
  // 16.16 fixed point; the third column is 2.30.
  for (const [i, value] of rows.entries())
    matrix.writeInt32BE(value * (i % 3 === 2 ? 2 ** 30 : 2 ** 16), i * 4);
  return matrix;
}
