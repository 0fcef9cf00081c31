import type { RandomAccess } from '../../source/bytes.ts';

/** An ID3v2 tag of version 3 or 4, whose frames lie in `[start, end)` of what `read` reads. */
export type Id3 = {
  readonly version: 3 | 4;
  readonly start: number;
  readonly end: number;
  read(start: number, end: number): Promise<Buffer>;
};

export type Id3Frame = { readonly id: string; readonly start: number; readonly end: number };

const HEAD_BYTES = 10;
/** Chapters stand in front of the images in a tag; what lies behind so much is not looked for. */
const MOST_TAG_BYTES = 32 * 2 ** 20;
const UNSYNCHRONISED = 0x80;
const EXTENDED = 0x40;
/** A tag whose bytes are masked as a whole is read at once. */
const MOST_MASKED_BYTES = 8 * 2 ** 20;

/** Opens the tag at the beginning of a file; null if there is none, or one that is not read. */
export async function openId3(file: RandomAccess): Promise<Id3 | null> {
  const head = Buffer.from(await file.read(0, Math.min(HEAD_BYTES, file.sizeBytes)));
  const version = head[3];
  if (head.length < HEAD_BYTES || head.toString('latin1', 0, 3) !== 'ID3') return null;
  if (version !== 3 && version !== 4) return null;
  const flags = head[5] ?? 0;
  const end = Math.min(file.sizeBytes, MOST_TAG_BYTES, HEAD_BYTES + syncsafe(head, 6));
  const read = async (from: number, to: number) => Buffer.from(await file.read(from, to));
  const plain = { version, start: HEAD_BYTES, end, read } as const;
  // In version 4, each frame tells for itself.
  if ((flags & UNSYNCHRONISED) === 0 || version === 4) return behindExtension(plain, flags);
  if (end > MOST_MASKED_BYTES) return null;
  const bytes = unmasked(await read(HEAD_BYTES, end));
  const within = async (from: number, to: number) => bytes.subarray(from, to);
  return behindExtension({ version, start: 0, end: bytes.length, read: within }, flags);
}

async function behindExtension(tag: Id3, flags: number): Promise<Id3> {
  if ((flags & EXTENDED) === 0 || tag.end < tag.start + 4) return tag;
  const size = await tag.read(tag.start, tag.start + 4);
  const bytes = tag.version === 3 ? 4 + size.readUInt32BE(0) : syncsafe(size, 0);
  return { ...tag, start: Math.min(tag.end, tag.start + bytes) };
}

/** Yields the first `most` frames in a part of a tag, without those that are compressed, encrypted or masked. */
export async function* framesOf(
  tag: Id3,
  { start, end }: Pick<Id3Frame, 'start' | 'end'>,
  most: number,
): AsyncGenerator<Id3Frame, void, void> {
  let at = start;
  for (let count = 0; at + HEAD_BYTES <= end && count < most; count++) {
    const head = await tag.read(at, at + HEAD_BYTES);
    const id = head.toString('latin1', 0, 4);
    // Padding follows the last frame.
    if (head.length < HEAD_BYTES || !/^[A-Z0-9]{4}$/.test(id)) return;
    const size = tag.version === 3 ? head.readUInt32BE(4) : syncsafe(head, 4);
    const from = at + HEAD_BYTES;
    at = from + size;
    if (at > end) return;
    const added = addedBytes(tag.version, head[9] ?? 0);
    if (added !== null && added <= size) yield { id, start: from + added, end: at };
  }
}

/** Returns how many bytes of its own stand before a frame's content; null for content that is not plain. */
function addedBytes(version: 3 | 4, flags: number): number | null {
  if (version === 3) return (flags & 0xc0) === 0 ? ((flags & 0x20) === 0 ? 0 : 1) : null;
  if ((flags & 0x0e) !== 0) return null;
  return ((flags & 0x40) === 0 ? 0 : 1) + ((flags & 0x01) === 0 ? 0 : 4);
}

/** Returns the first text of a text frame. */
export function textOf(content: Buffer): string {
  const body = content.subarray(1);
  const [text = ''] = decoded(content[0] ?? 0, body).split('\0');
  return text.trim();
}

function decoded(encoding: number, body: Buffer): string {
  if (encoding === 1 || encoding === 2) {
    const isBig = encoding === 2 || (body[0] === 0xfe && body[1] === 0xff);
    return new TextDecoder(isBig ? 'utf-16be' : 'utf-16le').decode(body);
  }
  return encoding === 3 ? body.toString('utf8') : body.toString('latin1');
}

/** Removes the zeros that keep a tag from looking like audio. */
function unmasked(bytes: Buffer): Buffer {
  const plain = Buffer.alloc(bytes.length);
  let length = 0;
  for (const [i, byte] of bytes.entries()) {
    if (byte === 0 && bytes[i - 1] === 0xff) continue;
    plain[length++] = byte;
  }
  return plain.subarray(0, length);
}

function syncsafe(bytes: Buffer, at: number): number {
  return [0, 1, 2, 3].reduce((sum, i) => (sum << 7) | ((bytes[at + i] ?? 0) & 0x7f), 0);
}
