import type { Listing } from '../source/listing.ts';

/** What `/` answers to whom prefers JSON: a page of the media, and what the player page is to show beside it. */
export type MediaList = Listing & {
  /** Whom the media is owed to; undefined where nobody is named. */
  readonly credit: string | undefined;
  /** Whether complete files can be exported here. */
  readonly exports: boolean;
};
