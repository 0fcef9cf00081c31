import { damaged } from '../../base/problem.ts';
import { type Box, childBoxes } from '../boxes/boxes.ts';
import { audibleFormat } from '../codecs/aac.ts';
import { AC3_RATES, ac3Channels } from '../codecs/dolby.ts';
import { OPUS_RATE, type OwnFormat, streamInfo } from '../codecs/own-format.ts';
import type { Colour } from '../model/media.ts';
import { AUDIO_HEAD_BYTES, STSD_HEAD_BYTES, VIDEO_HEAD_BYTES } from './entry-heads.ts';

/** How a track's samples are coded: the first entry of its `stsd`. */
export type SampleEntry = {
  /** Four letters, such as `avc1`; the original format of an encrypted entry is not looked for. */
  readonly format: string;
  /** The whole, unchanged box. */
  readonly bytes: Buffer;
  /** Its offset within the index. */
  readonly startInIndex: number;
  readonly isEncrypted: boolean;
  /** True if other entries tell of another coding than the first: it changes within the track. */
  readonly hasOthers: boolean;
  readonly video: VideoEntry | null;
  readonly audio: AudioEntry | null;
  /** Contents of the boxes within, by type: `avcC`, `hvcC`, `esds`, … */
  readonly configurations: ReadonlyMap<string, Buffer>;
};

export type VideoEntry = {
  readonly codedWidth: number;
  readonly codedHeight: number;
  /** Width to height of a pixel, from `pasp`; null without one. */
  readonly pixelAspect: readonly [number, number] | null;
  /**
   * From `clap`: the size of the shown part, and the offset of its centre from the frame's, right and down.
   */
  readonly aperture: Aperture | null;
  /** From `colr`; null without one. */
  readonly colour: Colour | null;
  /** `fiel`: two fields a frame. */
  readonly isInterlaced: boolean;
};

export type Aperture = {
  readonly width: number;
  readonly height: number;
  readonly right: number;
  readonly down: number;
};

export type AudioEntry = {
  readonly channels: number;
  readonly sampleRate: number;
  /** Bits of lossless codecs that declare them; otherwise null. */
  readonly bitsPerSample: number | null;
  /** MPEG-4 object type indication of `esds`: 0x40 AAC, 0x69 and 0x6B MP3; null without one. */
  readonly objectType: number | null;
  readonly audioSpecificConfig: Buffer | null;
};

/** Enough for every entry and every box in one; a file with more was crafted to exhaust memory. */
const MAX_BOXES = 128;

/** Reads the first entry; null if `stsd` is empty. */
export function readSampleEntry(bytes: Buffer, stsd: Box, handler: string): SampleEntry | null {
  const entries = atMost(MAX_BOXES, childBoxes(bytes, stsd.body + STSD_HEAD_BYTES, stsd.end));
  const [entry, ...others] = entries;
  if (entry === undefined) return null;
  const content = bytes.subarray(entry.start, entry.end);
  const isVideo = handler === 'vide';
  const isAudio = handler === 'soun';
  const configurations = new Map<string, Buffer>();
  const hasIsoVersion = (bytes[stsd.body] ?? 0) > 0;
  const childrenAt = isVideo
    ? entry.body + VIDEO_HEAD_BYTES
    : isAudio
      ? audioChildrenAt(bytes, entry, hasIsoVersion)
      : entry.end;
  if (childrenAt > entry.end) throw damaged('The description of a track (stsd box) is cut off.');
  for (const box of atMost(MAX_BOXES, childrenWithin(bytes, childrenAt, entry.end))) {
    configurations.set(box.type, bytes.subarray(box.body, box.end));
  }
  const coding = (each: Box) => codingOf(bytes, each, childrenAt - entry.start, isVideo);
  return {
    format: entry.type,
    startInIndex: entry.start,
    bytes: content,
    // A clear beginning does not help if the rest is locked.
    isEncrypted: configurations.has('sinf') || entries.some(({ type }) => /^(enc|drm)/.test(type)),
    hasOthers: others.some((other) => !coding(other).equals(coding(entry))),
    video: isVideo ? readVideo(bytes, entry, configurations) : null,
    audio: isAudio ? readAudio(bytes, entry, configurations) : null,
    configurations,
  };
}

/**
 * Returns what an entry says of the coding: all but the compressor's name (ISO/IEC 14496-12 §12.1.3) and bitrates, which
 * differ among joined parts of one coding.
 */
function codingOf(bytes: Buffer, { start, end }: Box, headBytes: number, isVideo: boolean): Buffer {
  const head = Buffer.from(bytes.subarray(start + 4, Math.min(end, start + headBytes)));
  if (isVideo) head.fill(0, 46, VIDEO_HEAD_BYTES);
  const boxes = atMost(MAX_BOXES, childrenWithin(bytes, start + headBytes, end));
  const telling = boxes.map((box) => {
    const esds = box.type === 'esds' ? readEsds(bytes.subarray(box.body, box.end)) : null;
    if (esds !== null) return Buffer.of(esds.objectType, ...(esds.config ?? []));
    return bytes.subarray(box.start, box.type === 'btrt' ? box.start : box.end);
  });
  return Buffer.concat([head, ...telling]);
}

function atMost(count: number, boxes: Iterable<Box>): Box[] {
  const taken: Box[] = [];
  for (const box of boxes) {
    taken.push(box);
    if (taken.length === count) break;
  }
  return taken;
}

/** Yields the boxes after the fields of an entry; some writers leave a tail that is no box. */
function* childrenWithin(bytes: Buffer, start: number, end: number): Generator<Box, void, void> {
  try {
    for (const box of childBoxes(bytes, start, end)) {
      yield box;
      // QuickTime stores the audio configuration one level deeper.
      if (box.type === 'wave') yield* childBoxes(bytes, box.body, box.end);
    }
  } catch {
    return;
  }
}

function readVideo(bytes: Buffer, entry: Box, configurations: ReadonlyMap<string, Buffer>): VideoEntry {
  const pasp = configurations.get('pasp');
  const [across, down] = pasp && pasp.length >= 8 ? [pasp.readUInt32BE(0), pasp.readUInt32BE(4)] : [0, 0];
  const colr = configurations.get('colr');
  return {
    codedWidth: bytes.readUInt16BE(entry.body + 24),
    codedHeight: bytes.readUInt16BE(entry.body + 26),
    pixelAspect: across > 0 && down > 0 ? [across, down] : null,
    aperture: readAperture(configurations.get('clap')),
    colour: colr ? readColour(colr) : null,
    isInterlaced: configurations.get('fiel')?.[0] === 2,
  };
}

/** Reads four fractions, the offsets signed (ISO/IEC 14496-12 §12.1.4). */
function readAperture(clap: Buffer | undefined): Aperture | null {
  if (clap === undefined || clap.length < 32) return null;
  const fraction = (at: number) => clap.readInt32BE(at) / clap.readUInt32BE(at + 4);
  const aperture = { width: fraction(0), height: fraction(8), right: fraction(16), down: fraction(24) };
  return Object.values(aperture).every(Number.isFinite) ? aperture : null;
}

/**
 * Reads the numbers (ISO/IEC 14496-12 §12.1.5, and QuickTime's `nclc` without the range); null for a profile.
 */
function readColour(colr: Buffer): Colour | null {
  const kind = colr.toString('latin1', 0, 4);
  if (colr.length < 10 || (kind !== 'nclx' && kind !== 'nclc')) return null;
  const [primaries, transfer, matrix] = [colr.readUInt16BE(4), colr.readUInt16BE(6), colr.readUInt16BE(8)];
  return { primaries, transfer, matrix, isFullRange: ((colr[10] ?? 0) & 0x80) !== 0 };
}

/**
 * Returns the offset of the boxes: QuickTime has three versions of the sound description; ISO has the first,
 * whatever version its `stsd` has.
 */
function audioChildrenAt(bytes: Buffer, entry: Box, hasIsoVersion: boolean): number {
  const version = hasIsoVersion ? 0 : bytes.readUInt16BE(entry.body + 8);
  return entry.body + (version === 1 ? 44 : version === 2 ? 64 : AUDIO_HEAD_BYTES);
}

function readAudio(bytes: Buffer, entry: Box, configurations: ReadonlyMap<string, Buffer>): AudioEntry {
  const isVersion2 = bytes.readUInt16BE(entry.body + 8) === 2;
  const channels = isVersion2 ? bytes.readUInt32BE(entry.body + 40) : bytes.readUInt16BE(entry.body + 16);
  const sampleRate = isVersion2
    ? bytes.readDoubleBE(entry.body + 32)
    : bytes.readUInt32BE(entry.body + 24) / 65_536;
  const descriptor = readEsds(configurations.get('esds') ?? null);
  const aac = descriptor?.config && descriptor.objectType === 0x40 ? audibleFormat(descriptor.config) : null;
  const own = readOwn(configurations);
  return {
    channels: aac?.channels || own?.channels || channels || 1,
    sampleRate: Math.round(aac?.sampleRate || own?.sampleRate || sampleRate),
    bitsPerSample: own?.bitsPerSample ?? null,
    objectType: descriptor?.objectType ?? null,
    audioSpecificConfig: descriptor?.config ?? null,
  };
}

/**
 * Reads a codec's own configuration: the entry may say two channels for any number of them, and rates beyond
 * 65,535 Hz do not fit into it.
 */
function readOwn(configurations: ReadonlyMap<string, Buffer>): OwnFormat | null {
  const flac = configurations.get('dfLa');
  if (flac) return streamInfo(flac);
  const alac = configurations.get('alac');
  // After version and flags, the cookie: channels after nine bytes, the rate after twenty.
  if (alac && alac.length >= 28)
    return { channels: alac[13] ?? 0, sampleRate: alac.readUInt32BE(24), bitsPerSample: alac[9] ?? null };
  const opus = configurations.get('dOps');
  if (opus) return { channels: opus[1] ?? 0, sampleRate: OPUS_RATE, bitsPerSample: null };
  const [dac3, dec3] = [configurations.get('dac3'), configurations.get('dec3')];
  // fscod, acmod and lfeon (ETSI TS 102 366 annex F), of the first substream for E-AC-3.
  if (dac3 && dac3.length >= 3) return dolby(dac3[0] ?? 0, dac3.readUInt16BE(0) >> 2);
  return dec3 && dec3.length >= 4 ? dolby(dec3[2] ?? 0, dec3[3] ?? 0) : null;
}

function dolby(rates: number, modes: number): OwnFormat {
  const channels = ac3Channels(modes >> 1, (modes & 1) === 1);
  return { channels, sampleRate: AC3_RATES[rates >> 6] ?? 0, bitsPerSample: null };
}

/**
 * Reads the ES descriptor of ISO/IEC 14496-1 §7.2.6.5, wherever its optional fields put the decoder's
 * configuration.
 */
function readEsds(esds: Buffer | null): { objectType: number; config: Buffer | null } | null {
  if (esds === null) return null;
  let objectType: number | null = null;
  let config: Buffer | null = null;
  let at = 4;
  while (at + 2 <= esds.length) {
    const tag = esds[at++];
    let length = 0;
    for (let i = 0; i < 4 && at < esds.length; i++) {
      const byte = esds[at++] ?? 0;
      length = length * 128 + (byte & 0x7f);
      if (byte < 0x80) break;
    }
    if (tag === 3) at += 3 + optionalFields(esds, at + 2);
    else if (tag === 4) {
      objectType = esds[at] ?? null;
      at += 13;
    } else if (tag === 5) {
      config = esds.subarray(at, at + length);
      break;
    } else break;
  }
  return objectType === null ? null : { objectType, config };
}

function optionalFields(esds: Buffer, flagsAt: number): number {
  const flags = esds[flagsAt] ?? 0;
  const url = flags & 0x40 ? 1 + (esds[flagsAt + 1 + (flags & 0x80 ? 2 : 0)] ?? 0) : 0;
  return (flags & 0x80 ? 2 : 0) + url + (flags & 0x20 ? 2 : 0);
}
