import { box } from '../boxes/write-box.ts';
import type { Av1Sequence, Obu } from '../codecs/av1.ts';
import type { Vp9Header } from '../codecs/vpx.ts';
import { greatestCommonDivisor } from '../model/common-divisor.ts';
import type { Colour } from '../model/media.ts';
import { AUDIO_HEAD_BYTES, VIDEO_HEAD_BYTES } from './entry-heads.ts';

export type CodedVideo = {
  readonly codedWidth: number;
  readonly codedHeight: number;
  readonly squareWidth: number;
  readonly squareHeight: number;
  readonly colour: Colour | null;
};

/** Writes `avc1`, `hvc1`, `vp09` or `av01` around its configuration box (ISO/IEC 14496-12 §12.1.3). */
export function videoSampleEntry(type: string, video: CodedVideo, configuration: Uint8Array): Uint8Array {
  const fields = Buffer.alloc(VIDEO_HEAD_BYTES);
  fields.writeUInt16BE(1, 6);
  fields.writeUInt16BE(video.codedWidth, 24);
  fields.writeUInt16BE(video.codedHeight, 26);
  fields.writeUInt32BE(0x00480000, 28);
  fields.writeUInt32BE(0x00480000, 32);
  fields.writeUInt16BE(1, 40);
  fields.writeUInt16BE(24, 74);
  fields.writeInt16BE(-1, 76);
  return box(type, fields, configuration, ...colourBox(video.colour), ...pixelAspectBox(video));
}

/** Writes `mp4a`, `Opus`, `fLaC`, `ac-3` or `ec-3` around its configuration box (ISO/IEC 14496-12 §12.2.3). */
export function audioSampleEntry(
  type: string,
  audio: { readonly channels: number; readonly sampleRate: number },
  configuration: Uint8Array,
): Uint8Array {
  const fields = Buffer.alloc(AUDIO_HEAD_BYTES);
  fields.writeUInt16BE(1, 6);
  fields.writeUInt16BE(audio.channels, 16);
  fields.writeUInt16BE(16, 18);
  // The field is 16.16 fixed point: rates that do not fit are left to the configuration box.
  fields.writeUInt16BE(audio.sampleRate < 65536 ? audio.sampleRate : 0, 24);
  return box(type, fields, configuration);
}

/** Writes the elementary stream descriptor of AAC (ISO/IEC 14496-1 §7.2.6.5, 14496-14 §5.6). */
export function esds(audioSpecificConfig: Uint8Array): Uint8Array {
  const specific = descriptor(0x05, audioSpecificConfig);
  const decoder = descriptor(0x04, Uint8Array.of(0x40, 0x15, ...new Uint8Array(11)), specific);
  return box(
    'esds',
    Buffer.alloc(4),
    descriptor(0x03, Uint8Array.of(0, 0, 0), decoder, descriptor(0x06, Uint8Array.of(2))),
  );
}

/**
 * Converts an OpusHead to `dOps` (Opus in ISOBMFF §4.3.2: the same fields, big-endian); null if it is cut
 * short.
 */
export function dOps(opusHead: Uint8Array): Uint8Array | null {
  const head = Buffer.from(opusHead);
  if (head.length < 19 || head.toString('latin1', 0, 8) !== 'OpusHead') return null;
  const family = head.readUInt8(18);
  const mapping = head.subarray(19, 21 + head.readUInt8(9));
  if (family !== 0 && mapping.length !== 2 + head.readUInt8(9)) return null;
  const fields = Buffer.alloc(11);
  fields.writeUInt8(head.readUInt8(9), 1);
  fields.writeUInt16BE(head.readUInt16LE(10), 2);
  fields.writeUInt32BE(head.readUInt32LE(12), 4);
  fields.writeInt16BE(head.readInt16LE(16), 8);
  fields.writeUInt8(family, 10);
  return box('dOps', fields, family === 0 ? Buffer.alloc(0) : mapping);
}

/** Converts `fLaC` and the STREAMINFO block to `dfLa` (FLAC in ISOBMFF §3.3.2); null without them. */
export function dfLa(configuration: Uint8Array): Uint8Array | null {
  const hasMarker = Buffer.from(configuration.subarray(0, 4)).toString('latin1') === 'fLaC';
  const block = configuration.subarray(hasMarker ? 4 : 0);
  if (block.length < 38 || ((block[0] ?? 0) & 0x7f) !== 0) return null;
  return box('dfLa', Buffer.alloc(4), Uint8Array.of(0x80, 0, 0, 34), block.subarray(4, 38));
}

/** Writes `vpcC` (VP codec ISO media binding §2.2). `level` is ten times the level's number. */
export function vpcC(header: Vp9Header, level: number, colour: Colour | null): Uint8Array {
  const isFullRange = colour?.isFullRange ?? header.isFullRange;
  const format = (header.bitDepth << 4) | (header.subsampling << 1) | (isFullRange ? 1 : 0);
  const { primaries, transfer, matrix } = colour ?? UNSPECIFIED;
  return box(
    'vpcC',
    Uint8Array.of(1, 0, 0, 0, header.profile, level, format, primaries, transfer, matrix, 0, 0),
  );
}

/** Writes `av1C` with the sequence header in it (AV1 in ISOBMFF §2.3.3). */
export function av1C(sequence: Av1Sequence, sequenceHeader: Obu): Uint8Array {
  const flags =
    (sequence.tier << 7) |
    (sequence.bitDepth > 8 ? 0x40 : 0) |
    (sequence.bitDepth === 12 ? 0x20 : 0) |
    (sequence.isMonochrome ? 0x10 : 0) |
    (sequence.subsamplingX << 3) |
    (sequence.subsamplingY << 2) |
    sequence.chromaSamplePosition;
  const unit = withSize(sequenceHeader);
  return box('av1C', Uint8Array.of(0x81, (sequence.profile << 5) | sequence.level, flags, 0), unit);
}

const UNSPECIFIED = { primaries: 2, transfer: 2, matrix: 2 };

/** Returns the unit with its size field, which configuration records demand. */
function withSize(obu: Obu): Uint8Array {
  const size: number[] = [];
  let rest = obu.payload.length;
  do {
    size.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>= 7;
  } while (rest > 0);
  return Buffer.concat([Uint8Array.of((obu.type << 3) | 0x02, ...size), obu.payload]);
}

function descriptor(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(parts);
  const size = [21, 14, 7, 0].map((shift) => ((body.length >> shift) & 0x7f) | (shift > 0 ? 0x80 : 0));
  return Buffer.concat([Uint8Array.of(tag, ...size), body]);
}

function colourBox(colour: Colour | null): Uint8Array[] {
  if (!colour) return [];
  const fields = Buffer.from('nclx\0\0\0\0\0\0\0', 'latin1');
  fields.writeUInt16BE(colour.primaries, 4);
  fields.writeUInt16BE(colour.transfer, 6);
  fields.writeUInt16BE(colour.matrix, 8);
  fields.writeUInt8(colour.isFullRange ? 0x80 : 0, 10);
  return [box('colr', fields)];
}

function pixelAspectBox({ codedWidth, codedHeight, squareWidth, squareHeight }: CodedVideo): Uint8Array[] {
  const across = squareWidth * codedHeight;
  const down = squareHeight * codedWidth;
  if (across === down || across <= 0 || down <= 0) return [];
  const divisor = greatestCommonDivisor(across, down);
  const fields = Buffer.alloc(8);
  fields.writeUInt32BE(across / divisor, 0);
  fields.writeUInt32BE(down / divisor, 4);
  return [box('pasp', fields)];
}
