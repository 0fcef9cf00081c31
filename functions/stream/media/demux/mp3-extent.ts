import type { RandomAccess } from '../../source/bytes.ts';
import { skipId3 } from './mp3.ts';
import { findMp3Frame, readMp3Frame, walkMp3 } from './mp3-frames.ts';
import { audioEnd } from './mp3-tags.ts';

/** Extent of the audio of an MP3 file if its own header or its size are wrong. */
export type Mp3Extent =
  | { readonly kind: 'as declared' }
  /** Several files in a row, each with its own header. */
  | { readonly kind: 'joined'; readonly seconds: number }
  /** Bytes other than tags follow the last frame: zeros, noise. */
  | { readonly kind: 'padded'; readonly seconds: number };

/** Most bytes that are walked frame by frame. */
const WALK_BYTES = 32 * 2 ** 20;
const LOOK_BYTES = 16 * 1024;

/**
 * Measures the extent. Reads little of a file whose first frame counts bytes and frames (Xing, Info) and that
 * ends there.
 */
export async function mp3Extent(file: RandomAccess): Promise<Mp3Extent> {
  const start = await skipId3(file);
  const head = Buffer.from(await file.read(start, start + LOOK_BYTES));
  const declared = declaredBytes(head);
  if (declared === null) return undeclaredExtent(file, start, head);
  const end = start + declared;
  if (end >= file.sizeBytes || !(await hasAudio(file, end)) || file.sizeBytes > WALK_BYTES)
    return AS_DECLARED;
  // The first frame is silent.
  const first = readMp3Frame(head, 0);
  const seconds = await walkMp3(file, start + (first?.bytes ?? 0));
  return { kind: 'joined', seconds };
}

const AS_DECLARED: Mp3Extent = { kind: 'as declared' };

/** Returns the bytes from the first frame on by the tag within it; null if it has no such tag or count. */
function declaredBytes(head: Buffer): number | null {
  const frame = readMp3Frame(head, 0);
  if (frame === null) return null;
  for (const tag of ['Xing', 'Info']) {
    const at = head.subarray(0, frame.bytes).indexOf(tag, 0, 'latin1');
    if (at < 0 || at + 16 > head.length) continue;
    const flags = head.readUInt32BE(at + 4);
    if ((flags & 2) === 0) return null;
    return head.readUInt32BE(at + ((flags & 1) === 0 ? 8 : 12));
  }
  return null;
}

/** Tells whether another recording begins near a place, perhaps after tags. */
async function hasAudio(file: RandomAccess, end: number): Promise<boolean> {
  const bytes = await file.read(end, end + LOOK_BYTES);
  if (isChain(bytes, findMp3Frame(bytes, 0))) return true;
  const tag = Buffer.from(bytes).indexOf('ID3', 0, 'latin1');
  if (tag < 0) return false;
  const behind = await skipId3(file, end + tag);
  const next = await file.read(behind, behind + LOOK_BYTES);
  return isChain(next, findMp3Frame(next, 0));
}

/** Tells whether four frames follow each other: noise has two in a row now and then, and hardly four. */
function isChain(bytes: Uint8Array, from: number | null): boolean {
  let at = from;
  for (let frames = 0; at !== null && frames < 4; frames++) {
    const frame = readMp3Frame(bytes, at);
    if (frame === null) return false;
    at += frame.bytes;
  }
  return at !== null;
}

async function undeclaredExtent(file: RandomAccess, start: number, head: Buffer): Promise<Mp3Extent> {
  const frame = readMp3Frame(head, 0);
  const { sizeBytes } = file;
  const end = await audioEnd(file);
  const tail = await file.read(Math.max(start, end - LOOK_BYTES), end);
  if (frame === null || isAudioTo(tail)) return AS_DECLARED;
  if (sizeBytes <= WALK_BYTES) return { kind: 'padded', seconds: await walkMp3(file, start) };
  return AS_DECLARED;
}

/** Tells whether frames follow each other to the end, or to so little that it does not count. */
function isAudioTo(tail: Uint8Array): boolean {
  let at = findMp3Frame(tail, 0);
  if (!isChain(tail, at)) return false;
  while (at !== null && at + 4 <= tail.length) {
    const frame = readMp3Frame(tail, at);
    if (frame === null) return tail.length - at <= 2 * 128;
    at += frame.bytes;
  }
  return true;
}
