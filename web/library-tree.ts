import { contentTypeOf } from '../functions/stream/base/content-type.ts';
import type { ListedObject } from '../functions/stream/source/listing.ts';
import { matches } from './matches.ts';

export type Kind = 'video' | 'audio';

/** Returns what a key seems to be, by its extension. */
export function kindOf(key: string): Kind {
  return contentTypeOf(key).type.startsWith('audio/') ? 'audio' : 'video';
}

export type Wanted = {
  /** With its slash; empty for the top. */
  readonly folder: string;
  /** What is searched for, in all folders; empty for no search. */
  readonly typed: string;
  /** Null for both. */
  readonly kind: Kind | null;
};

export type Folder = { readonly path: string; readonly name: string; readonly files: number };

export type Shelf = { readonly folders: readonly Folder[]; readonly files: readonly ListedObject[] };

/** Sorts as people count: film 2 before film 10. */
const NATURAL = new Intl.Collator('en', { numeric: true });

export function naturally(objects: readonly ListedObject[]): readonly ListedObject[] {
  return objects.toSorted((a, b) => NATURAL.compare(a.key, b.key));
}

/** Returns what lies in a folder, or what a search finds in all; `objects` are in natural order. */
export function shelfOf(objects: readonly ListedObject[], { folder, typed, kind }: Wanted): Shelf {
  const ofKind = objects.filter(({ key }) => kind === null || kindOf(key) === kind);
  if (typed.trim() !== '') return { folders: [], files: ofKind.filter(({ key }) => matches(key, typed)) };
  const folders = new Map<string, Folder>();
  const files: ListedObject[] = [];
  for (const object of ofKind) {
    if (!object.key.startsWith(folder)) continue;
    const rest = object.key.slice(folder.length);
    const slash = rest.indexOf('/');
    // A key may begin with a slash: such a folder has no name, and is shown by its files.
    if (slash <= 0) {
      files.push(object);
      continue;
    }
    const path = folder + rest.slice(0, slash + 1);
    const known = folders.get(path);
    folders.set(path, { path, name: rest.slice(0, slash), files: (known?.files ?? 0) + 1 });
  }
  return { folders: [...folders.values()], files };
}

/** Returns the folder of a key, with its slash; empty for the top. */
export function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}

/** Returns the folders on the way to one, from the top, which is not among them. */
export function trailOf(folder: string): readonly { readonly path: string; readonly name: string }[] {
  const names = folder.split('/').slice(0, -1);
  const steps = names.map((name, at) => ({ path: `${names.slice(0, at + 1).join('/')}/`, name }));
  // Two slashes make a folder without a name, which nobody could read.
  return steps.filter(({ name }) => name !== '');
}
