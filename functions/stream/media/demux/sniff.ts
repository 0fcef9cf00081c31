import { CONTAINER_PROFILES, type ContainerProfile } from '../model/containers.ts';

/** The kind of a file by its first bytes. */
export type Sniffed =
  | { readonly kind: 'iso' }
  /** A container that is read in process. A stream may keep time in packets of its own. */
  | { readonly kind: 'container'; readonly mayBeStream: boolean }
  /** Known media that only ffprobe and ffmpeg read. */
  | { readonly kind: 'foreign' }
  /** Unknown bytes; the file may still be a raw stream. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'refused'; readonly what: string };

export const SNIFF_BYTES = 4096;

/**
 * Sniffs by magic numbers; `key`'s extension only tells bare streams from noise. `head` is up to
 * `SNIFF_BYTES` long.
 */
export function sniff(head: Uint8Array, key: string): Sniffed {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const starts = (magic: string, at = 0) => bytes.toString('latin1', at, at + magic.length) === magic;
  const refusal = REFUSED.find(([magic, , at]) => starts(magic, at));
  if (refusal) return { kind: 'refused', what: refusal[1] };
  if (starts('RIFF') || starts('RF64') || starts('RIFX')) return riff(bytes.toString('latin1', 8, 12));
  if (ISO_BOXES.has(bytes.toString('latin1', 4, 8))) return iso(bytes);
  if (DEMUXED_MAGIC.some((magic) => starts(magic))) return { kind: 'container', mayBeStream: false };
  if (isTransportStream(bytes)) return { kind: 'container', mayBeStream: true };
  if (FOREIGN_MAGIC.some((magic) => starts(magic))) return { kind: 'foreign' };
  if (isText(bytes)) return { kind: 'refused', what: 'text' };
  if (isAudioSync(bytes)) return { kind: 'container', mayBeStream: true };
  return BARE_STREAMS.test(key) ? { kind: 'container', mayBeStream: true } : { kind: 'unknown' };
}

const REFUSED: readonly (readonly [magic: string, what: string, at?: number])[] = [
  ['#EXTM3U', 'a playlist'],
  ['\xef\xbb\xbf#EXTM3U', 'a playlist'],
  ['ffconcat version', 'a playlist'],
  ['[playlist]', 'a playlist'],
  ['v=0\r\no=', 'a session description'],
  ['v=0\no=', 'a session description'],
  ['WEBVTT', 'a subtitle file'],
  ['\x89PNG', 'an image'],
  ['\xff\xd8\xff', 'an image'],
  ['GIF8', 'an image'],
  ['II*\0', 'an image'],
  ['MM\0*', 'an image'],
  ['8BPS', 'an image'],
  ['%PDF', 'a document'],
  ['PK\x03\x04', 'an archive'],
  ['PK\x05\x06', 'an archive'],
  ['Rar!', 'an archive'],
  ['7z\xbc\xaf', 'an archive'],
  ['\x1f\x8b\x08', 'an archive'],
  ['BZh', 'an archive'],
  ['\xfd7zXZ', 'an archive'],
  ['\x28\xb5\x2f\xfd', 'an archive'],
  ['ustar', 'an archive', 257],
  ['\x7fELF', 'a program'],
  ['MZ', 'a program'],
];

const ISO_BOXES = new Set('ftyp styp moov moof mdat free skip wide pnot sidx emsg prft uuid'.split(' '));
const IMAGE_BRANDS = new Set('heic heix heim heis hevc hevx mif1 msf1 avif avis jxl '.split(' '));
const magicOf = (reader: ContainerProfile['reader']) =>
  CONTAINER_PROFILES.flatMap(([, profile]) => (profile.reader === reader ? profile.magic : []));
const DEMUXED_MAGIC = magicOf('mediabunny');
const FOREIGN_MAGIC = magicOf('ffprobe');
const BARE_STREAMS = /\.(mp3|mp2|aac|adts|ts|m2ts|mts)$/i;

function riff(form: string): Sniffed {
  if (form === 'WAVE') return { kind: 'container', mayBeStream: false };
  if (form === 'WEBP') return { kind: 'refused', what: 'an image' };
  return { kind: 'foreign' };
}

function iso(bytes: Buffer): Sniffed {
  const isImage =
    bytes.toString('latin1', 4, 8) === 'ftyp' && IMAGE_BRANDS.has(bytes.toString('latin1', 8, 12));
  return isImage ? { kind: 'refused', what: 'an image' } : { kind: 'iso' };
}

function isTransportStream(bytes: Buffer): boolean {
  return [
    [0, 188],
    [4, 192],
    [0, 204],
  ].some(([offset = 0, stride = 188]) => {
    const count = Math.floor((bytes.length - offset) / stride);
    for (let i = 0; i < count; i++) if (bytes[offset + i * stride] !== 0x47) return false;
    return count >= 2;
  });
}

/** Tells MPEG audio or ADTS: twelve or eleven set bits, then fields that are not the reserved ones. */
function isAudioSync(bytes: Buffer): boolean {
  const [first = 0, second = 0, third = 0] = bytes;
  if (first !== 0xff || (second & 0xe0) !== 0xe0) return false;
  const isAdts = (second & 0xf6) === 0xf0;
  return (
    isAdts ||
    ((second & 0x18) !== 0x08 && (second & 0x06) !== 0 && third >> 4 !== 0x0f && (third & 0x0c) !== 0x0c)
  );
}

/**
 * Tells whether there is nothing but letters, signs and white space of UTF-8: no media stream looks like that
 * for 4 KB.
 */
function isText(bytes: Buffer): boolean {
  if (bytes.length < 4) return false;
  // The cut may fall inside a character of several bytes.
  const whole = bytes.length < SNIFF_BYTES ? bytes : bytes.subarray(0, bytes.length - 4);
  for (const byte of whole)
    if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0c && byte !== 0x0d) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(whole, { stream: true });
    return true;
  } catch {
    return false;
  }
}
