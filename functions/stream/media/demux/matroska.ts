import type { RandomAccess } from '../../source/bytes.ts';
import type { MatroskaShape } from '../model/frame.ts';
import { ascii, type Element, elements, find, unsigned, utf8 } from './ebml.ts';

/** The fields of a Tracks entry (RFC 9559 §5.1.4) that the demuxer omits. */
export type MatroskaTrack = {
  /** Position in the file's order, from 0. */
  readonly index: number;
  /** Position among the tracks that ffmpeg takes for streams; null for a track that it omits. */
  readonly streamIndex: number | null;
  readonly number: number;
  readonly type: 'video' | 'audio' | 'subtitle' | 'other';
  readonly codecId: string;
  /** The decoder's data of a subtitle track: the header of an ASS script; null if there is none. */
  readonly codecPrivate: Uint8Array | null;
  readonly language: string | null;
  readonly title: string | null;
  readonly isForced: boolean;
  readonly isForHearingImpaired: boolean;
  readonly isDefault: boolean;
  readonly isEnabled: boolean;
  readonly isEncrypted: boolean;
  /** True for zlib and the like: packets must be inflated first. */
  readonly isCompressed: boolean;
  readonly isInterlaced: boolean;
  /** True if its blocks have a second frame that tells what is transparent. */
  readonly hasAlpha: boolean;
  readonly shown: MatroskaShape | null;
  readonly defaultDurationNanoseconds: number | null;
  readonly codecDelayNanoseconds: number;
};

/** Tracks precede the first cluster in every file that can be streamed; more is not read. */
const HEAD_BYTES = [2 ** 16, 2 ** 22];

export type MatroskaHead = {
  /** In file order. */
  readonly tracks: readonly MatroskaTrack[];
  /** End of the segment by its own header; 0 if unknown. */
  readonly endBytes: number;
};

/** Reads the track entries of a Matroska or WebM file; null if they do not lie at its head. */
export async function readMatroskaHead(file: RandomAccess): Promise<MatroskaHead | null> {
  for (const headBytes of HEAD_BYTES) {
    const head = await file.read(0, Math.min(headBytes, file.sizeBytes));
    const segment = find(head, { start: 0, end: head.length }, ID.segment);
    for (const element of segment ? elements(head, segment.start, segment.end) : []) {
      if (element.id === ID.cluster) return null;
      if (element.id === ID.tracks && !element.isCut)
        return { tracks: trackEntries(head, element), endBytes: segment?.declaredEnd ?? 0 };
    }
    if (head.length < headBytes) break;
  }
  return null;
}

const ID = {
  segment: 0x18538067,
  cluster: 0x1f43b675,
  tracks: 0x1654ae6b,
  entry: 0xae,
  number: 0xd7,
  type: 0x83,
  codecId: 0x86,
  codecPrivate: 0x63a2,
  name: 0x536e,
  flagForced: 0x55aa,
  flagHearingImpaired: 0x55ab,
  language: 0x22b59c,
  languageBcp47: 0x22b59d,
  flagDefault: 0x88,
  flagEnabled: 0xb9,
  defaultDuration: 0x23e383,
  codecDelay: 0x56aa,
  video: 0xe0,
  flagInterlaced: 0x9a,
  alphaMode: 0x53c0,
  cropBottom: 0x54aa,
  cropTop: 0x54bb,
  cropLeft: 0x54cc,
  cropRight: 0x54dd,
  displayWidth: 0x54b0,
  displayHeight: 0x54ba,
  contentEncodings: 0x6d80,
  contentEncoding: 0x6240,
  contentEncodingType: 0x5033,
  contentCompression: 0x5034,
  contentEncryption: 0x5035,
  contentCompAlgo: 0x4254,
} as const;

const SUBTITLE = 17;
const TYPES: Readonly<Record<number, MatroskaTrack['type']>> = {
  1: 'video',
  2: 'audio',
  [SUBTITLE]: 'subtitle',
};
const HEADER_STRIPPING = 3;

function trackEntries(bytes: Uint8Array, tracks: Element): MatroskaTrack[] {
  const entries: MatroskaTrack[] = [];
  let streams = 0;
  for (const element of elements(bytes, tracks.start, tracks.end)) {
    if (element.id !== ID.entry) continue;
    const { type, ...entry } = trackEntry(bytes, element);
    const isStream = STREAM_CODECS[type]?.test(entry.codecId) === true;
    const streamIndex = isStream ? streams++ : null;
    entries.push({ ...entry, index: entries.length, streamIndex, type: TYPES[type] ?? 'other' });
  }
  return entries;
}

/** Track types that ffmpeg knows (metadata is 33), and the codecs that it accepts for them. */
const STREAM_CODECS: Readonly<Record<number, RegExp>> = { 1: /^V/, 2: /^A/, 17: /^[SD]/, 33: /^[SD]/ };

function trackEntry(bytes: Uint8Array, entry: Element) {
  const fields = new Map<number, Element>();
  for (const element of elements(bytes, entry.start, entry.end)) fields.set(element.id, element);
  const uint = (id: number, otherwise: number) => {
    const field = fields.get(id);
    return field ? unsigned(bytes, field) : otherwise;
  };
  const text = (id: number) => {
    const field = fields.get(id);
    return field ? ascii(bytes, field) : null;
  };
  const encodings = encodingsOf(bytes, fields.get(ID.contentEncodings));
  const name = fields.get(ID.name) ?? null;
  const codecPrivate = uint(ID.type, 0) === SUBTITLE ? (fields.get(ID.codecPrivate) ?? null) : null;
  const video = fields.get(ID.video);
  const interlaced = video && find(bytes, video, ID.flagInterlaced);
  const alpha = video && find(bytes, video, ID.alphaMode);
  return {
    number: uint(ID.number, -1),
    type: uint(ID.type, 0),
    codecId: text(ID.codecId) ?? '',
    codecPrivate: codecPrivate && bytes.slice(codecPrivate.start, codecPrivate.end),
    title: name && utf8(bytes, name),
    isForced: uint(ID.flagForced, 0) === 1,
    isForHearingImpaired: uint(ID.flagHearingImpaired, 0) === 1,
    // RFC 9559 §5.1.4.1.19: the language is English if the element is absent, but writers also omit it for
    // unknown languages.
    language: text(ID.languageBcp47) ?? text(ID.language),
    isDefault: uint(ID.flagDefault, 1) === 1,
    isEnabled: uint(ID.flagEnabled, 1) === 1,
    isEncrypted: encodings.isEncrypted,
    isCompressed: encodings.isCompressed,
    hasAlpha: alpha ? unsigned(bytes, alpha) === 1 : false,
    isInterlaced: interlaced ? unsigned(bytes, interlaced) === 1 : false,
    shown: video ? shapeOf(bytes, video) : null,
    defaultDurationNanoseconds: uint(ID.defaultDuration, 0) || null,
    codecDelayNanoseconds: uint(ID.codecDelay, 0),
  };
}

/** Returns the crop; null if the whole frame is shown. */
function shapeOf(bytes: Uint8Array, video: Element): MatroskaShape | null {
  const value = (id: number) => {
    const field = find(bytes, video, id);
    return field ? unsigned(bytes, field) : 0;
  };
  const [left, right, top, bottom] = [ID.cropLeft, ID.cropRight, ID.cropTop, ID.cropBottom].map(value);
  if (!left && !right && !top && !bottom) return null;
  const [width, height] = [value(ID.displayWidth), value(ID.displayHeight)];
  return {
    ...{ left: left ?? 0, right: right ?? 0, top: top ?? 0, bottom: bottom ?? 0 },
    display: width > 0 && height > 0 ? [width, height] : null,
  };
}

function encodingsOf(bytes: Uint8Array, encodings: Element | undefined) {
  const found = { isEncrypted: false, isCompressed: false };
  if (!encodings) return found;
  for (const encoding of elements(bytes, encodings.start, encodings.end)) {
    if (encoding.id !== ID.contentEncoding) continue;
    const type = find(bytes, encoding, ID.contentEncodingType);
    if (find(bytes, encoding, ID.contentEncryption) || (type && unsigned(bytes, type) === 1))
      found.isEncrypted = true;
    const compression = find(bytes, encoding, ID.contentCompression);
    const algorithm = compression && find(bytes, compression, ID.contentCompAlgo);
    if (compression && (!algorithm || unsigned(bytes, algorithm) !== HEADER_STRIPPING))
      found.isCompressed = true;
  }
  return found;
}
