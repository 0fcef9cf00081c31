import { type Box, findBox } from '../boxes/boxes.ts';
import { type Chapter, MAX_CHAPTERS } from '../model/chapter.ts';

/** Times count tenths of microseconds. */
const TICKS_PER_SECOND = 1e7;
const HEAD_BYTES = { 0: 5, 1: 9 } as const;

/**
 * Reads Nero's list of chapters (`chpl`) in the movie's user data; empty without one, and where programs have written
 * something else than boxes into them.
 */
export function readChapterList(bytes: Buffer, top: Pick<Box, 'body' | 'end'>): readonly Chapter[] {
  try {
    const chpl = findBox(bytes, top, 'udta', 'chpl');
    return chpl === null ? [] : chaptersIn(bytes, chpl);
  } catch {
    return [];
  }
}

function chaptersIn(bytes: Buffer, chpl: Box): readonly Chapter[] {
  const version = bytes[chpl.body] === 1 ? 1 : 0;
  let at = chpl.body + HEAD_BYTES[version];
  const count = bytes[at - 1] ?? 0;
  const chapters: Chapter[] = [];
  while (chapters.length < Math.min(count, MAX_CHAPTERS) && at + 9 <= chpl.end) {
    const length = bytes[at + 8] ?? 0;
    const title = bytes.toString('utf8', at + 9, Math.min(chpl.end, at + 9 + length));
    const startSeconds = Number(bytes.readBigUInt64BE(at)) / TICKS_PER_SECOND;
    chapters.push({ startSeconds, endSeconds: null, title });
    at += 9 + length;
  }
  return chapters;
}
