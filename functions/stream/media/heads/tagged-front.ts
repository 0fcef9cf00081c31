import type { Tags } from '../model/tags.ts';
import { beginsWith } from './front.ts';
import { id3Tag } from './id3.ts';
import { flacComments, pictureBlock } from './vorbis-comments.ts';

const FLAC_MARK = Buffer.from('fLaC', 'latin1');
const LAST_BLOCK = 0x80;
const COMMENT_BLOCK = 4;
const PICTURE_BLOCK = 6;

/**
 * Puts comments and a cover behind the first block of a FLAC file, `STREAMINFO`, in place of all others. Null until all
 * blocks are there.
 */
export function flacWithTags(bytes: Buffer, tags: Tags): Buffer | null {
  if (!beginsWith(bytes, FLAC_MARK)) return bytes;
  let at = FLAC_MARK.length;
  let first: Buffer | null = null;
  for (;;) {
    if (bytes.length < at + 4) return null;
    const kind = bytes[at] ?? 0;
    const end = at + 4 + bytes.readUIntBE(at + 1, 3);
    if (bytes.length < end) return null;
    first ??= bytes.subarray(at + 4, end);
    at = end;
    if ((kind & LAST_BLOCK) !== 0) break;
  }
  const { cover } = tags;
  return Buffer.concat([
    FLAC_MARK,
    ...block(0, first),
    ...block(COMMENT_BLOCK | (cover === null ? LAST_BLOCK : 0), flacComments(tags)),
    ...(cover === null ? [] : block(PICTURE_BLOCK | LAST_BLOCK, pictureBlock(cover))),
    bytes.subarray(at),
  ]);
}

function block(kind: number, body: Buffer): Buffer[] {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(((kind << 24) | body.length) >>> 0);
  return [head, body];
}

const RIFF_MARK = Buffer.from('RIFF', 'latin1');
const DATA_MARK = 'data';
const MOST_BYTES = 0xffff_ffff;

/** Puts the chunk of the tags before the samples of a WAV file. Null until their chunk begins. */
export function wavWithTags(bytes: Buffer, tags: Tags): Buffer | null {
  if (!beginsWith(bytes, RIFF_MARK)) return bytes;
  const data = bytes.indexOf(DATA_MARK, 0, 'latin1');
  if (data < 0 || bytes.length < data + 8) return null;
  const chunk = wavTags(tags);
  const told = Buffer.concat([bytes.subarray(0, data), chunk, bytes.subarray(data)]);
  // All ones stand for a length that is not known.
  told.writeUInt32LE(Math.min(MOST_BYTES, told.readUInt32LE(4) + chunk.length), 4);
  return told;
}

/** Writes the chunk that holds the tags in a WAV file. */
export function wavTags(tags: Tags): Buffer {
  const body = id3Tag(tags);
  if (body.length === 0) return body;
  const head = Buffer.from('ID3 \0\0\0\0', 'latin1');
  head.writeUInt32LE(body.length, 4);
  // Chunks begin at even places.
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
}
