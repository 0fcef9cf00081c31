import type { RandomAccess } from '../../source/bytes.ts';
import { type Element, elements, find, unsigned } from './ebml.ts';
import { ID } from './matroska-ids.ts';

const HEAD_BYTES = 64 * 1024;
/** The first size suffices for the index of two hours with a keyframe every other second. */
const USUAL_ELEMENT_BYTES = 128 * 1024;
const MOST_ELEMENT_BYTES = 8 * 1024 * 1024;
/** The default clock of a file counts milliseconds. */
export const USUAL_TICK_NANOSECONDS = 1_000_000;

/** An element directly below the segment (RFC 9559 §5.1). */
export type TopElement = {
  readonly content: Uint8Array;
  /** One tick of the file's timestamps. */
  readonly tickSeconds: number;
  /** The position in the file from which the segment counts. */
  readonly origin: number;
};

/**
 * Reads an element before the media, or where the seek head says that it is, with two or three reads, whatever the length
 * of the file. Null if there is none, none that can be found from the file's head, or none of at most `mostBytes`.
 */
export async function readTopElement(
  file: RandomAccess,
  id: number,
  mostBytes = MOST_ELEMENT_BYTES,
): Promise<TopElement | null> {
  const head = await file.read(0, Math.min(HEAD_BYTES, file.sizeBytes));
  const segment = find(head, { start: 0, end: head.length }, ID.segment);
  if (!segment) return null;
  const info = find(head, segment, ID.info);
  const scale = info && find(head, info, ID.timestampScale);
  const start = startOf(head, segment, id);
  const content = start === null ? null : await readElement(file, start, { id, mostBytes });
  if (!content) return null;
  const tickSeconds = (scale ? unsigned(head, scale) : USUAL_TICK_NANOSECONDS) / 1e9;
  return { content, tickSeconds, origin: segment.start };
}

function startOf(head: Uint8Array, segment: Element, wanted: number): number | null {
  for (const element of elements(head, segment.start, segment.end)) {
    if (element.id === wanted) return element.at;
    if (element.id !== ID.seekHead) continue;
    for (const seek of elements(head, element.start, element.end)) {
      const id = find(head, seek, ID.seekId);
      const position = find(head, seek, ID.seekPosition);
      if (id && position && unsigned(head, id) === wanted) return segment.start + unsigned(head, position);
    }
  }
  return null;
}

async function readElement(
  file: RandomAccess,
  start: number,
  { id, mostBytes }: { readonly id: number; readonly mostBytes: number },
): Promise<Uint8Array | null> {
  const begin = await file.read(start, Math.min(start + USUAL_ELEMENT_BYTES, file.sizeBytes));
  const [element] = elements(begin, 0, begin.length);
  if (element?.id !== id) return null;
  if (!element.isCut) return begin.subarray(element.start, element.end);
  const { declaredEnd } = element;
  if (declaredEnd > mostBytes || start + declaredEnd > file.sizeBytes) return null;
  const whole = await file.read(start, start + declaredEnd);
  return whole.length === declaredEnd ? whole.subarray(element.start) : null;
}
