export type Listing = {
  readonly media: readonly ListedObject[];
  /**
   * The key after which the list goes on; null at its end. A page may be short if the store has much besides
   * media.
   */
  readonly next: string | null;
};

export type ListedObject = { readonly key: string; readonly sizeBytes: number };

/**
 * Builds a page out of the found objects; `unseen` is the key after which nothing was looked at, null if
 * everything was.
 */
export function listing(found: readonly ListedObject[], limit: number, unseen: string | null): Listing {
  if (found.length <= limit) return { media: found, next: unseen };
  const media = found.slice(0, limit);
  return { media, next: media.at(-1)?.key ?? '' };
}
