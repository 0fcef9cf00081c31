import type { RandomAccess } from '../../source/bytes.ts';
import { type Chapter, MAX_CHAPTERS } from '../model/chapter.ts';
import { framesOf, type Id3, openId3, textOf } from './id3-frames.ts';

type Found = Chapter & { readonly name: string };

/** Bytes of a frame that are read for its name and times, and for a list. */
const HEAD_BYTES = { CHAP: 512, CTOC: 64 * 1024 } as const;
/** More frames than a tag has, and than a chapter has before its title. */
const MAX_FRAMES = 5_000;
const MAX_PARTS = 20;
/** Times that are all ones are not told. */
const NONE = 0xffff_ffff;
const TOP_LEVEL = 2;

/**
 * Reads the chapters in the ID3v2 tag at the beginning of a file (ID3v2 Chapter Frame Addendum 1.0): those of its table of
 * contents, or all without one. Images of chapters are not read. Empty without a tag, or in one that is damaged.
 */
export async function readId3Chapters(file: RandomAccess): Promise<readonly Chapter[]> {
  const tag = await openId3(file);
  if (tag === null) return [];
  const chapters: Found[] = [];
  const contents = new Map<string, { readonly isTop: boolean; readonly names: readonly string[] }>();
  for await (const { id, start, end } of framesOf(tag, tag, MAX_FRAMES)) {
    if (id !== 'CHAP' && id !== 'CTOC') continue;
    const head = await tag.read(start, Math.min(end, start + HEAD_BYTES[id]));
    const zero = head.indexOf(0);
    if (zero < 0) continue;
    const name = head.toString('latin1', 0, zero);
    if (id === 'CTOC') contents.set(name, contentsIn(head, zero + 1));
    else if (chapters.length < MAX_CHAPTERS && head.length >= zero + 17) {
      const [startMs, endMs] = [head.readUInt32BE(zero + 1), head.readUInt32BE(zero + 5)];
      if (startMs === NONE) continue;
      chapters.push({
        name,
        startSeconds: startMs / 1000,
        endSeconds: endMs === NONE || endMs <= startMs ? null : endMs / 1000,
        title: await titleIn(tag, { start: start + zero + 17, end }),
      });
    }
  }
  const shown = namesShown(contents);
  return chapters.filter(({ name }) => shown?.has(name) ?? true).map(({ name: _, ...chapter }) => chapter);
}

async function titleIn(tag: Id3, parts: { readonly start: number; readonly end: number }): Promise<string> {
  for await (const frame of framesOf(tag, parts, MAX_PARTS)) {
    if (frame.id === 'TIT2') {
      return textOf(await tag.read(frame.start, Math.min(frame.end, frame.start + MOST_TITLE_BYTES)));
    }
  }
  return '';
}

const MOST_TITLE_BYTES = 4_096;

function contentsIn(head: Buffer, at: number) {
  const isTop = ((head[at] ?? 0) & TOP_LEVEL) !== 0;
  const names: string[] = [];
  let from = at + 2;
  for (let left = head[at + 1] ?? 0; left > 0; left--) {
    const zero = head.indexOf(0, from);
    if (zero < 0) break;
    names.push(head.toString('latin1', from, zero));
    from = zero + 1;
  }
  return { isTop, names };
}

/** The names that a table of contents reaches; null without one, where all are shown. */
function namesShown(
  contents: ReadonlyMap<string, { readonly isTop: boolean; readonly names: readonly string[] }>,
): ReadonlySet<string> | null {
  const tops = [...contents].filter(([, { isTop }]) => isTop).map(([name]) => name);
  if (tops.length === 0) return null;
  const reached = new Set<string>();
  const waiting = [...tops];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    waiting.push(...(contents.get(name)?.names ?? []));
  }
  // A table that names nothing that is there is none.
  return reached.size > tops.length ? reached : null;
}
