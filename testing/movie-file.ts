import { box, fullBox, text, uint16, uint32 } from '../functions/stream/media/boxes/write-box.ts';
import { pattern } from './sources.ts';

/** A track of a synthetic movie; all times in ticks of `timescale`. */
export type TrackSpec = {
  readonly handler?: string;
  readonly id?: number;
  readonly timescale?: number;
  readonly entries?: readonly Uint8Array[];
  readonly sizes: readonly number[];
  readonly duration?: number;
  readonly compositionOffsets?: readonly number[];
  /** Numbers of the sync samples, from 1; by default all samples. */
  readonly sync?: readonly number[];
  readonly edits?: readonly { duration: number; mediaTime: number; rate?: number }[];
  readonly matrix?: readonly number[];
  /** Pixels of `tkhd`. */
  readonly size?: readonly [width: number, height: number];
  readonly samplesPerChunk?: number;
  readonly wideOffsets?: boolean;
  /** Boxes after those of the track, and after those of its sample table. */
  readonly extra?: readonly Uint8Array[];
  readonly language?: number;
};

export type MadeMovie = {
  readonly tracks: readonly TrackSpec[];
  /** Null omits `ftyp`, as old QuickTime does. */
  readonly brand?: string | null;
  readonly moovAtEnd?: boolean;
  /** Boxes of the moov after its tracks. */
  readonly inMoov?: readonly Uint8Array[];
  /** Boxes at the end of the file. */
  readonly behind?: readonly Uint8Array[];
  /** Start of the media, for offsets that no test file can be long enough for. */
  readonly mediaAt?: number;
};

/** Writes a movie with a clock of 1000 ticks; the samples of its tracks follow each other track by track. */
export function movieFile({
  tracks,
  brand = 'isom',
  moovAtEnd = true,
  inMoov = [],
  behind = [],
  mediaAt,
}: MadeMovie) {
  const ftyp = brand === null ? Buffer.alloc(0) : box('ftyp', text(brand), uint32(512), text('isom'));
  const media = tracks.map(({ sizes }, i) => pattern(sum(sizes), i));
  const moov = (start: number) => moovOf(tracks, start, inMoov);
  const length = moov(0).length;
  const start = mediaAt ?? ftyp.length + (moovAtEnd ? 0 : length) + 8;
  const mdat = box('mdat', ...media);
  return Buffer.concat([ftyp, ...(moovAtEnd ? [mdat, moov(start)] : [moov(start), mdat]), ...behind]);
}

export const IDENTITY = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000];
const SPS = '6764001eacd940d83de6fff050005016a02020280000030008000003019078b16cb0';

/** Writes an H.264 sample entry of 854x480 pixels, with `extra` boxes after `avcC`. */
export function avc1({ type = 'avc1', sps = SPS, extra = [] as readonly Uint8Array[] } = {}): Buffer {
  const set = Buffer.from(sps, 'hex');
  const avcC = box('avcC', Buffer.from('0164001effe1', 'hex'), uint16(set.length), set, Buffer.from([0]));
  return videoEntry(type, [854, 480], avcC, ...extra);
}

export function videoEntry(
  type: string,
  [width, height]: readonly [number, number],
  ...boxes: readonly Uint8Array[]
): Buffer {
  const fields = [uint16(0, 0, 0, 1), Buffer.alloc(16), uint16(width, height), uint32(0x480000, 0x480000, 0)];
  return box(type, ...fields, uint16(1), Buffer.alloc(32), uint16(24, 0xffff), ...boxes);
}

/** Writes an AAC sample entry; `config` is the AudioSpecificConfig. */
export function mp4a(config = '1190', objectType = 0x40): Buffer {
  const specific = Buffer.from(config, 'hex');
  const decoder = [objectType, 0x15, ...Array<number>(11).fill(0), 5, specific.length, ...specific];
  const esds = [3, 3 + 2 + decoder.length, 0, 0, 0, 4, decoder.length, ...decoder];
  return soundEntry('mp4a', { channels: 2, sampleRate: 48_000 }, fullBox('esds', 0, 0, Buffer.from(esds)));
}

export function soundEntry(
  type: string,
  { channels, sampleRate }: { channels: number; sampleRate: number },
  ...boxes: readonly Uint8Array[]
): Buffer {
  return box(type, uint16(0, 0, 0, 1, 0, 0, 0, 0, channels, 16, 0, 0, sampleRate, 0), ...boxes);
}

function moovOf(tracks: readonly TrackSpec[], mediaAt: number, extra: readonly Uint8Array[]): Buffer {
  let position = mediaAt;
  const traks = tracks.map((track, i) => {
    const trak = trakOf(track, track.id ?? i + 1, position);
    position += sum(track.sizes);
    return trak;
  });
  const mvhd = fullBox('mvhd', 0, 0, uint32(0, 0, 1000, 0, 0x10000), Buffer.alloc(76));
  return box('moov', mvhd, ...traks, ...extra);
}

function trakOf(track: TrackSpec, id: number, mediaAt: number): Buffer {
  const {
    handler = 'vide',
    timescale = 1000,
    edits,
    matrix = IDENTITY,
    size = [854, 480],
    extra = [],
  } = track;
  const { duration = 40, sizes, language = 0x55c4 } = track;
  const total = sizes.length * duration;
  const pixels = handler === 'vide' ? size : [0, 0];
  const entries = (edits ?? []).map((edit) =>
    uint32(edit.duration, edit.mediaTime, (edit.rate ?? 1) * 0x10000),
  );
  return box(
    'trak',
    fullBox(
      'tkhd',
      0,
      3,
      uint32(0, 0, id, 0, total, 0, 0, 0, 0),
      uint32(...matrix),
      uint32(...pixels.map((n) => n * 65_536)),
    ),
    ...(edits ? [box('edts', fullBox('elst', 0, 0, uint32(edits.length), ...entries))] : []),
    box(
      'mdia',
      fullBox('mdhd', 0, 0, uint32(0, 0, timescale, total), uint16(language, 0)),
      fullBox('hdlr', 0, 0, uint32(0), text(handler), Buffer.alloc(13)),
      box('minf', stblOf(track, mediaAt)),
    ),
    ...extra,
  );
}

function stblOf(track: TrackSpec, mediaAt: number): Buffer {
  const { handler = 'vide', sizes, duration = 40, compositionOffsets, sync, samplesPerChunk = 4 } = track;
  const entries = track.entries ?? [handler === 'vide' ? avc1() : mp4a()];
  const chunks: number[] = [];
  let position = mediaAt;
  for (const [i, size] of sizes.entries()) {
    if (i % samplesPerChunk === 0) chunks.push(position);
    position += size;
  }
  const offsets = track.wideOffsets
    ? fullBox(
        'co64',
        0,
        0,
        uint32(chunks.length, ...chunks.flatMap((at) => [Math.floor(at / 2 ** 32), at % 2 ** 32])),
      )
    : fullBox('stco', 0, 0, uint32(chunks.length, ...chunks));
  const runs = (compositionOffsets ?? []).flatMap((offset) => [1, offset]);
  return box(
    'stbl',
    fullBox('stsd', 0, 0, uint32(entries.length), ...entries),
    fullBox('stts', 0, 0, uint32(1, sizes.length, duration)),
    ...(compositionOffsets ? [fullBox('ctts', 1, 0, uint32(runs.length / 2, ...runs))] : []),
    ...(sync ? [fullBox('stss', 0, 0, uint32(sync.length, ...sync))] : []),
    fullBox('stsc', 0, 0, uint32(1, 1, samplesPerChunk, 1)),
    // Too long for arguments.
    fullBox('stsz', 0, 0, uint32(0, sizes.length), Buffer.concat(sizes.map((size) => uint32(size)))),
    offsets,
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
