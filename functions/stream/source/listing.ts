export type Listing = {
  readonly media: readonly ListedObject[];
  /** Behind which the list goes on; null where it is whole. Of a store with much that is no media, a page may be short. */
  readonly next: string | null;
};

export type ListedObject = { readonly key: string; readonly sizeBytes: number };

/** A page out of what was found; `unseen` is the key behind which nothing was looked at, null where all was. */
export function listing(found: readonly ListedObject[], limit: number, unseen: string | null): Listing {
  if (found.length <= limit) return { media: found, next: unseen };
  const media = found.slice(0, limit);
  return { media, next: media.at(-1)?.key ?? '' };
}
