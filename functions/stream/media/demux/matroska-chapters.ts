import type { RandomAccess } from '../../source/bytes.ts';
import { type Chapter, MAX_CHAPTERS } from '../model/chapter.ts';
import { type Element, elements, find, unsigned, utf8 } from './ebml.ts';
import { ID } from './matroska-ids.ts';
import { readTopElement } from './matroska-top.ts';

/** Reads the chapters of a Matroska file (RFC 9559 §5.1.7): those of its default edition, without their parts. */
export async function readMatroskaChapters(file: RandomAccess): Promise<readonly Chapter[]> {
  const found = await readTopElement(file, ID.chapters);
  if (found === null) return [];
  const { content } = found;
  const edition = shownEdition(content);
  if (edition === null) return [];
  const chapters: Chapter[] = [];
  for (const atom of elements(content, edition.start, edition.end)) {
    if (atom.id !== ID.chapterAtom || chapters.length === MAX_CHAPTERS) continue;
    const start = find(content, atom, ID.chapterStart);
    const isShown =
      isSet(content, atom, ID.chapterEnabled, true) && !isSet(content, atom, ID.chapterHidden, false);
    if (!start || !isShown) continue;
    const end = find(content, atom, ID.chapterEnd);
    chapters.push({
      startSeconds: unsigned(content, start) / 1e9,
      endSeconds: end ? unsigned(content, end) / 1e9 : null,
      title: titleOf(content, atom),
    });
  }
  return chapters;
}

/** The default edition, or else the first that is not hidden. */
function shownEdition(content: Uint8Array): Element | null {
  let first: Element | null = null;
  for (const edition of elements(content, 0, content.length)) {
    if (edition.id !== ID.editionEntry || isSet(content, edition, ID.editionHidden, false)) continue;
    if (isSet(content, edition, ID.editionDefault, false)) return edition;
    first ??= edition;
  }
  return first;
}

function isSet(bytes: Uint8Array, parent: Element, id: number, otherwise: boolean): boolean {
  const flag = find(bytes, parent, id);
  return flag ? unsigned(bytes, flag) === 1 : otherwise;
}

/** The first of its names, whatever the language. */
function titleOf(bytes: Uint8Array, atom: Element): string {
  const display = find(bytes, atom, ID.chapterDisplay);
  const name = display && find(bytes, display, ID.chapterString);
  return name ? utf8(bytes, name) : '';
}
