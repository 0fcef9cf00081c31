import { LRUCache } from 'lru-cache';
import type { FileRepresentation } from '../http/representation.ts';
import type { Presentation } from '../plan/presentation.ts';

/** All lists of segments that are held: ten films of two hours, each with seven renditions. */
const MOST_BYTES = 8 * 1024 * 1024;

let lists: WrittenLists | undefined;

/** Tells plans apart, without holding them. */
const ids = new WeakMap<Presentation, number>();
let plans = 0;

export type WrittenLists = LRUCache<string, FileRepresentation>;

/** Creates a cache of lists of segments, of so many bytes of text in all. */
export function createWrittenLists(maxBytes: number): WrittenLists {
  return new LRUCache<string, FileRepresentation>({
    maxSize: maxBytes,
    sizeCalculation: ({ sizeBytes }) => sizeBytes,
  });
}

/**
 * Returns the list of a plan that was written before, as long as it is still held: a film of hours has thousands of
 * segments. A clip's plan is a new one each time, so that its lists are written each time.
 */
export function onceWritten(
  name: string,
  presentation: Presentation,
  write: () => FileRepresentation,
  held: WrittenLists = sharedLists(),
): FileRepresentation {
  if (presentation.clip !== undefined) return write();
  const id = ids.get(presentation) ?? ++plans;
  ids.set(presentation, id);
  const known = held.get(`${id} ${name}`);
  if (known !== undefined) return known;
  const list = write();
  held.set(`${id} ${name}`, list);
  return list;
}

function sharedLists(): WrittenLists {
  lists ??= createWrittenLists(MOST_BYTES);
  return lists;
}
