import type { ListedObject, Listing } from './source.ts';

/** A page out of what was found; `unseen` is the key behind which nothing was looked at, null where all was. */
export function listing(found: readonly ListedObject[], limit: number, unseen: string | null): Listing {
  if (found.length <= limit) return { media: found, next: unseen };
  const media = found.slice(0, limit);
  return { media, next: media.at(-1)?.key ?? '' };
}
