import type { MediaList } from '../functions/stream/answer/media-list.ts';
import type { ListedObject } from '../functions/stream/source/listing.ts';
import { elements, make } from './elements.ts';
import { matches } from './matches.ts';
import { bytes } from './words.ts';

type Row = { readonly key: string; readonly button: HTMLButtonElement; readonly row: HTMLElement };

/** A shorter list needs no filter. */
const FILTER_FROM = 8;

/** Sorts as people count: film 2 before film 10. */
const NATURAL = new Intl.Collator('en', { numeric: true });

let rows: readonly Row[] = [];

/** Adds a page of the list; pages come in the order of the store. */
export function addToList({ media, next }: MediaList, onChoose: (key: string) => void): void {
  const added = media.map((object) => rowOf(object, onChoose));
  rows = [...rows, ...added].sort((a, b) => NATURAL.compare(a.key, b.key));
  elements.count.textContent = `(${rows.length}${next === null ? '' : '+'})`;
  elements.moreRow.hidden = next === null;
  elements.filterLabel.hidden = rows.length < FILTER_FROM;
  filterList();
}

/** Shows the files that match what is typed. */
export function filterList(): void {
  const shown = rows.filter(({ key }) => matches(key, elements.filter.value));
  elements.files.replaceChildren(...shown.map(({ row }) => row));
  const none =
    rows.length === 0 ? 'There is no media here yet.' : shown.length === 0 ? 'No key contains this.' : '';
  elements.filesNote.textContent = none;
}

/** Returns null for an empty list. */
export function firstListed(): string | null {
  return rows[0]?.key ?? null;
}

/** Returns the key after this one if it is of the same folder and the same kind of file; null otherwise. */
export function nextLike(key: string): string | null {
  const next = rows[rows.findIndex((row) => row.key === key) + 1]?.key;
  return next !== undefined && kindOf(next) === kindOf(key) ? next : null;
}

/** Folder and extension: songs of an album follow each other. */
const kindOf = (key: string) => key.replace(/[^/]*?(\.[^./]*)?$/, '$1').toLowerCase();

/** Marks the chosen file, and scrolls the list to it. */
export function markListed(chosen: string): void {
  for (const { key, button } of rows) {
    if (key === chosen) button.setAttribute('aria-current', 'true');
    else button.removeAttribute('aria-current');
  }
  const { files } = elements;
  const row = files.querySelector('[aria-current]')?.parentElement;
  if (!row) return;
  const isHidden =
    row.offsetTop < files.scrollTop ||
    row.offsetTop + row.offsetHeight > files.scrollTop + files.clientHeight;
  if (isHidden) files.scrollTop = row.offsetTop - files.clientHeight / 2;
}

function rowOf({ key, sizeBytes }: ListedObject, onChoose: (key: string) => void): Row {
  const button = make('button', '', make('span', 'key', key), make('span', 'soft small', bytes(sizeBytes)));
  button.type = 'button';
  button.addEventListener('click', () => onChoose(key));
  return { key, button, row: make('li', '', button) };
}
