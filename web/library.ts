import type { ListedObject } from '../functions/stream/source/listing.ts';
import { LISTS_ALONE } from './address.ts';
import { elements, make } from './elements.ts';
import { type Glimpses, watchGlimpses } from './glimpse.ts';
import { folderRow, type Row, rowOf } from './library-row.ts';
import { type Folder, folderOf, naturally, shelfOf, trailOf, type Wanted } from './library-tree.ts';
import { kindNamed, placeAddress, readPlace } from './place.ts';

let objects: readonly ListedObject[] = [];
/** Whether the store has more than was loaded. */
let hasMore = false;
/** Where a person is. */
let place: Wanted = { folder: '', typed: '', kind: null };
/** The key that is played; null before anything is. */
let current: string | null = null;
let onChoose: (key: string) => void = () => {};
let glimpses: Glimpses | null = null;
/** Rows stay, with their posters, whatever is shown of them: nobody clicks on one that has just been replaced. */
const rows = new Map<string, Row>();
const folderRows = new Map<string, HTMLElement>();
let shownFiles: readonly Row[] = [];

/** Begins with an empty library, which says what a person chooses in it. */
export function openLibrary(choose: (key: string) => void): void {
  onChoose = choose;
  elements.filter.addEventListener('input', () => {
    // One step back from a search, however many letters it has.
    const isBegun = place.typed.trim() !== '';
    move({ ...place, typed: elements.filter.value }, isBegun ? 'replace' : 'push');
  });
  elements.kinds.addEventListener('input', () => move({ ...place, kind: kindWanted() }, 'push'));
  addEventListener('popstate', () => {
    enter();
    showShelf();
  });
  enter();
}

/** Takes the place that the address names. */
function enter(): void {
  place = readPlace(location.search);
  elements.filter.value = place.typed;
  for (const radio of elements.kinds.querySelectorAll('input'))
    radio.checked = radio.value === (place.kind ?? '');
}

/** Goes to a place, so that the browser leads back to the last one; it is no other one if its address is the same. */
function move(next: Wanted, how: 'push' | 'replace'): void {
  const isOther = placeAddress(place, location) !== placeAddress(next, location);
  place = next;
  const address = placeAddress(place, location);
  if (how === 'push' && isOther) history.pushState(null, '', address);
  else history.replaceState(null, '', address);
  showShelf();
}

/** Lets posters and durations be asked for, of what is seen. */
export function lookAtShelf(): void {
  if (LISTS_ALONE) return;
  glimpses ??= watchGlimpses();
  glimpses.follow(shownFiles);
}

/** Takes a page of the list; the first one replaces what was known. */
export function takePage(media: readonly ListedObject[], { isFirst, next }: PageOfList): void {
  hasMore = next !== null;
  if (isFirst) rows.clear();
  takeObjects(isFirst ? media : [...objects, ...media]);
}

/** Takes an object that was just added: its page of the list may not be loaded yet. */
export function takeAdded(object: ListedObject): void {
  takeObjects([...objects, object]);
}

/** A later page has what was added meanwhile as well. */
function takeObjects(all: readonly ListedObject[]): void {
  objects = naturally([...new Map(all.map((object) => [object.key, object])).values()]);
  folderRows.clear();
  elements.count.textContent = `${objects.length}${hasMore ? '+' : ''}`;
  elements.moreRow.hidden = !hasMore;
  showShelf();
}

type PageOfList = { readonly isFirst: boolean; readonly next: string | null };

/** Returns null for an empty list; what lies at the top comes first. */
export function firstListed(): string | null {
  const first = shelfOf(objects, { folder: '', typed: '', kind: null }).files[0] ?? objects[0];
  return first?.key ?? null;
}

/** Returns the key after this one if it is of the same folder and the same kind of file; null otherwise. */
export function nextLike(key: string): string | null {
  const next = objects[objects.findIndex((each) => each.key === key) + 1]?.key;
  return next !== undefined && likeness(next) === likeness(key) ? next : null;
}

/** Folder and extension: songs of an album follow each other. */
const likeness = (key: string) => key.replace(/[^/]*?(\.[^./]*)?$/, '$1').toLowerCase();

/** Marks the chosen file; `reveal` opens its folder if it is not shown, and scrolls to it. */
export function markListed(chosen: string, reveal: boolean): void {
  current = chosen;
  const isShown = rows.get(chosen)?.row.isConnected ?? false;
  const isKnown = objects.some(({ key }) => key === chosen);
  const isPlaced = readPlace(location.search).folder !== '' || place.typed.trim() !== '';
  if (reveal && !isShown && isKnown && !isPlaced) openFolder(folderOf(chosen), 'replace');
  markCurrent();
  const row = rows.get(chosen)?.row;
  if (reveal && row?.isConnected) scrollTo(row);
}

function openFolder(folder: string, how: 'push' | 'replace' = 'push'): void {
  elements.filter.value = '';
  move({ ...place, folder, typed: '' }, how);
  elements.shelf.scrollTop = 0;
}

/** Shows the open folder, or what is searched for. */
function showShelf(): void {
  const shelf = shelfOf(objects, place);
  const isSearch = place.typed.trim() !== '';
  const folders = shelf.folders.map(knownFolder);
  const files = shelf.files.map((object) => knownRow(object));
  for (const { key, place: found } of files) {
    found.textContent = folderOf(key);
    found.hidden = !isSearch || folderOf(key) === '';
  }
  elements.files.replaceChildren(...folders, ...files.map(({ row }) => row));
  shownFiles = files;
  glimpses?.follow(files);
  markCurrent();
  showTrail(isSearch);
  elements.filesNote.textContent = noteOf(folders.length + files.length, isSearch);
}

function noteOf(shown: number, isSearch: boolean): string {
  if (objects.length === 0) return 'There is no media here yet.';
  if (isSearch && hasMore) return `Found among the first ${objects.length}: load more to search on.`;
  return shown === 0 ? 'Nothing here is like this.' : '';
}

function knownRow(object: ListedObject): Row {
  const row = rows.get(object.key) ?? rowOf(object, onChoose);
  rows.set(object.key, row);
  return row;
}

/** Its count depends on the kind that is wanted. */
function knownFolder(found: Folder): HTMLElement {
  const name = `${found.files} ${found.path}`;
  const row = folderRows.get(name) ?? folderRow(found, (path) => openFolder(path));
  folderRows.set(name, row);
  return row;
}

const kindWanted = () => kindNamed(new FormData(elements.kinds).get('kind'));

/** Shows the way from the top to the open folder, each part of it as a button. */
function showTrail(isSearch: boolean): void {
  const steps = isSearch ? [] : trailOf(place.folder);
  const buttons = [{ path: '', name: 'All media' }, ...steps].map(({ path, name }, at) => {
    const button = make('button', 'step', name);
    button.type = 'button';
    if (at === steps.length && !isSearch) button.setAttribute('aria-current', 'location');
    button.addEventListener('click', () => openFolder(path));
    return make('li', '', button);
  });
  elements.trail.replaceChildren(...buttons);
}

function markCurrent(): void {
  for (const { key, button } of rows.values()) {
    if (key === current) button.setAttribute('aria-current', 'true');
    else button.removeAttribute('aria-current');
  }
}

function scrollTo(row: HTMLElement): void {
  const { shelf } = elements;
  const isHidden =
    row.offsetTop < shelf.scrollTop ||
    row.offsetTop + row.offsetHeight > shelf.scrollTop + shelf.clientHeight;
  if (isHidden) shelf.scrollTop = row.offsetTop - shelf.clientHeight / 2;
}
