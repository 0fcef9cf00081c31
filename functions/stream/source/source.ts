import type { Readable } from 'node:stream';
import type { ByteRange } from '../base/range.ts';
import type { ListedObject, Listing } from './listing.ts';
import type { PostForm, PostOptions } from './post-form.ts';

/** One version of one object. Every read of it is pinned to `etag`. */
export type StoredObject = {
  readonly key: string;
  /** Strong entity tag with its quotes, as HTTP writes it (RFC 9110 §8.8.3). */
  readonly etag: string;
  readonly sizeBytes: number;
  readonly lastModified: Date;
};

export type OpenedObject = { readonly object: StoredObject; readonly body: Readable };

export type PresignOptions = {
  readonly contentType: string;
  readonly contentDisposition: string | null;
  readonly expiresInSeconds: number;
};

/**
 * The origin of media. Failures are `Problem`s: `not-found`, `forbidden`, `source-changed` (the version has
 * been replaced), `source-unavailable`.
 */
export type Source = {
  stat(key: string, signal: AbortSignal): Promise<StoredObject>;
  /**
   * Combines `stat` with a read of the first `mostBytes`, or of all if there are fewer, in one request;
   * absent if requests cost nothing. The body is like that of `read`.
   */
  statAndRead?(key: string, mostBytes: number, signal: AbortSignal): Promise<OpenedObject>;
  /**
   * Streams exactly `range` of exactly this version. Rejects if the first byte cannot be had; after that the
   * stream errors, and never ends short.
   */
  read(object: StoredObject, range: ByteRange, signal: AbortSignal): Promise<Readable>;
  /**
   * Lists the first `limit` keys after `after` with the extension of media, in the order of their UTF-8
   * bytes.
   */
  list(after: string, limit: number, signal: AbortSignal): Promise<Listing>;
  /**
   * Lists the first `limit` keys that begin with `prefix`, of any kind, in the order of their UTF-8 bytes; keys with a
   * further slash are left out.
   */
  beside(prefix: string, limit: number, signal: AbortSignal): Promise<readonly ListedObject[]>;
  /** Returns a URL at which a client reads the object from the store itself; absent if the store has none. */
  presign?(object: StoredObject, options: PresignOptions): Promise<string>;
  /** Returns a form with which a client adds an object to the store itself; absent if the store has none. */
  presignPost?(key: string, options: PostOptions): Promise<PostForm>;
};
