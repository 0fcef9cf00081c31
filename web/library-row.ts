import type { ListedObject } from '../functions/stream/source/listing.ts';
import { make } from './elements.ts';
import { type Folder, folderOf, kindOf } from './library-tree.ts';
import { bytes } from './words.ts';

/** A file of the library, and what of its row changes once more is known of it. */
export type Row = {
  readonly key: string;
  readonly button: HTMLButtonElement;
  readonly row: HTMLElement;
  readonly image: HTMLImageElement;
  readonly duration: HTMLElement;
  /** Where a search has found it. */
  readonly place: HTMLElement;
};

/** Each part has its size before it is filled, so that nothing moves. */
export function rowOf({ key, sizeBytes }: ListedObject, onChoose: (key: string) => void): Row {
  const image = make('img', '');
  image.alt = '';
  image.hidden = true;
  image.decoding = 'async';
  const duration = make('span', 'duration');
  const thumb = make('span', `thumb ${kindOf(key)}`, image, duration);
  const place = make('span', 'place soft small');
  place.hidden = true;
  const name = make('span', 'key', key.slice(folderOf(key).length));
  const about = make('span', 'about', name, place, make('span', 'soft small', bytes(sizeBytes)));
  const button = make('button', 'item', thumb, about);
  button.type = 'button';
  button.title = key;
  button.addEventListener('click', () => onChoose(key));
  return { key, button, row: make('li', '', button), image, duration, place };
}

export function folderRow({ path, name, files }: Folder, onOpen: (path: string) => void): HTMLElement {
  const count = make('span', 'soft small', files === 1 ? '1 file' : `${files} files`);
  const about = make('span', 'about', make('span', 'key', name), count);
  const button = make('button', 'item', make('span', 'thumb folder'), about);
  button.type = 'button';
  button.addEventListener('click', () => onOpen(path));
  return make('li', 'folder-row', button);
}
