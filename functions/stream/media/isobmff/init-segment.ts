import type { PacketTrack } from '../packets.ts';
import { box, fullBox, text, uint16, uint32, uint64 } from './write-box.ts';

/** What the start of a file tells of a track. */
export type TrackHead = Omit<PacketTrack, 'packets'>;

/**
 * The start of a fragmented MP4 (ISO/IEC 14496-12 §8.8): `ftyp` and a `moov` without samples. Track ids are the
 * positions in `tracks`, from 1. With every duration known, `mehd` tells the whole.
 */
export function initSegment(tracks: readonly TrackHead[]): Buffer {
  // The finest clock of the tracks: a delay loses nothing to rounding.
  const timescale = Math.max(1000, ...tracks.map((track) => track.timescale));
  const ftyp = box('ftyp', text('iso6'), uint32(512), text('iso6mp41'));
  const moov = box(
    'moov',
    fullBox(
      'mvhd',
      0,
      0,
      uint32(0, 0, timescale, 0, 0x10000),
      uint16(0x100, 0),
      uint32(0, 0),
      IDENTITY,
      PREDEFINED,
      uint32(tracks.length + 1),
    ),
    ...tracks.map((track, i) => trak(track, i + 1, timescale)),
    box(
      'mvex',
      ...mehd(tracks, timescale),
      ...tracks.map((_, i) => fullBox('trex', 0, 0, uint32(i + 1, 1, 0, 0, 0))),
    ),
  );
  return Buffer.concat([ftyp, moov]);
}

const IDENTITY = uint32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);
const PREDEFINED = uint32(0, 0, 0, 0, 0, 0);

function mehd(tracks: readonly TrackHead[], timescale: number): Buffer[] {
  let most = 0;
  for (const { durationTicks, delaySeconds, timescale: own } of tracks) {
    if (durationTicks === null) return [];
    most = Math.max(most, delaySeconds + durationTicks / own);
  }
  return [fullBox('mehd', 1, 0, uint64(Math.round(most * timescale)))];
}

function trak(track: TrackHead, id: number, movieTimescale: number): Buffer {
  const { kind, width, height, matrix, timescale, language, sampleEntry } = track;
  const isVideo = kind === 'video';
  return box(
    'trak',
    // Enabled, and in the movie.
    fullBox(
      'tkhd',
      0,
      3,
      uint32(0, 0, id, 0, 0, 0, 0),
      uint16(0, isVideo ? 0 : 1, isVideo ? 0 : 0x100, 0),
      matrix ?? IDENTITY,
      uint32(Math.round(width * 65_536), Math.round(height * 65_536)),
    ),
    ...edits(track, movieTimescale),
    box(
      'mdia',
      fullBox('mdhd', 0, 0, uint32(0, 0, timescale, 0), uint16(packedLanguage(language), 0)),
      fullBox('hdlr', 0, 0, uint32(0), text(isVideo ? 'vide' : 'soun'), uint32(0, 0, 0), text('\0')),
      box(
        'minf',
        isVideo ? fullBox('vmhd', 0, 1, uint32(0, 0)) : fullBox('smhd', 0, 0, uint32(0)),
        box('dinf', fullBox('dref', 0, 0, uint32(1), fullBox('url ', 0, 1))),
        box(
          'stbl',
          fullBox('stsd', 0, 0, uint32(1), sampleEntry),
          fullBox('stts', 0, 0, uint32(0)),
          fullBox('stsc', 0, 0, uint32(0)),
          fullBox('stsz', 0, 0, uint32(0, 0)),
          fullBox('stco', 0, 0, uint32(0)),
        ),
      ),
    ),
  );
}

/** Durations of 0 leave the end open, as the fragments that follow are not in the movie's own duration. */
function edits({ delaySeconds, mediaTime }: TrackHead, movieTimescale: number): Buffer[] {
  const delay = Math.round(delaySeconds * movieTimescale);
  if (delay === 0 && mediaTime === 0) return [];
  const entry = (duration: number, time: number) =>
    Buffer.concat([uint64(duration), uint64(time), uint16(1, 0)]);
  const entries = [...(delay > 0 ? [entry(delay, -1)] : []), entry(0, mediaTime)];
  return [box('edts', fullBox('elst', 1, 0, uint32(entries.length), ...entries))];
}

function packedLanguage(language: string): number {
  const letters = /^[a-z]{3}$/.test(language) ? language : 'und';
  return [...letters].reduce((packed, letter) => (packed << 5) | (letter.charCodeAt(0) - 0x60), 0);
}
