import type { Kind, Wanted } from './library-tree.ts';

/** Where a person is in the library stands in the query of the page's address, and what is played in its fragment. */
const NAMES = { folder: 'folder', typed: 'search', kind: 'kind' } as const;

/** Reads it; of a folder whose name lacks its slash, too. */
export function readPlace(search: string): Wanted {
  const query = new URLSearchParams(search);
  const folder = query.get(NAMES.folder) ?? '';
  return {
    folder: folder === '' || folder.endsWith('/') ? folder : `${folder}/`,
    typed: query.get(NAMES.typed) ?? '',
    kind: kindNamed(query.get(NAMES.kind)),
  };
}

/** Writes it, with what is played; what is not chosen is left out. */
export function placeAddress(
  { folder, typed, kind }: Wanted,
  { pathname, hash }: { readonly pathname: string; readonly hash: string },
): string {
  const query = new URLSearchParams();
  if (folder !== '') query.set(NAMES.folder, folder);
  if (typed.trim() !== '') query.set(NAMES.typed, typed);
  if (kind !== null) query.set(NAMES.kind, kind);
  const search = query.toString();
  return `${pathname}${search && `?${search}`}${hash}`;
}

export function kindNamed(name: unknown): Kind | null {
  return name === 'video' || name === 'audio' ? name : null;
}
