import type { Scheme } from '../base/encryption-schemes.ts';
import type { UploadBounds } from '../route/upload.ts';
import type { Listing } from '../source/listing.ts';

/** The JSON answer of `/`, and of `/console/{key}` for one object: a page of the media, and what the player page shows beside it. */
export type MediaList = Listing & {
  /** Who the media is credited to; undefined if nobody is named. */
  readonly credit: string | undefined;
  /** Whether complete files can be exported here. */
  readonly exports: boolean;
  /** How films are sent encrypted; null if they are sent in the clear. */
  readonly encryption: Scheme | null;
  /** Whether pages of other origins may frame players of this service. */
  readonly embeds: boolean;
  /** Of the function, which its time is billed by; null if it does not know. */
  readonly memoryMegabytes: number | null;
  /** What may be added by `/upload`; null for nothing. */
  readonly uploads: UploadBounds | null;
};
