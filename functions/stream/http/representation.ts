import type { Readable } from 'node:stream';
import type { ByteRange } from '../base/range.ts';

/** What an address stands for, decided but not yet opened: nothing is read or started until `open`. */
export type Representation = FileRepresentation | LiveRepresentation;

/** Known bytes: served with ranges and conditions. */
export type FileRepresentation = {
  readonly kind: 'file';
  readonly contentType: string;
  /** RFC 6266; null to leave it to the client. */
  readonly contentDisposition: string | null;
  readonly etag: string;
  /** Null where the bytes follow from more than the object, so that its date says too little. */
  readonly lastModified: Date | null;
  readonly sizeBytes: number;
  open(range: ByteRange): Promise<Readable>;
  /** The same bytes at the store itself, for what one response cannot carry. */
  redirect?(): Promise<string>;
};

/** Bytes that come into being while they are sent: no ranges, but where their length is known before. */
export type LiveRepresentation = {
  readonly kind: 'live';
  readonly contentType: string;
  readonly etag: string;
  /** Where it is known to the byte. */
  readonly sizeBytes?: number;
  open(): Promise<Readable>;
  /** How it is cached, where it is not as it was sent. */
  readonly cachedForm?: CachedForm;
};

/**
 * The same media as a file that says in front how long it is and where everything lies, which is known at its end only:
 * players read a live answer from its first byte on, and a cached one in ranges. Fails as the live bytes do.
 */
export type CachedForm = (live: AsyncIterable<Uint8Array>) => Promise<{
  readonly body: AsyncIterable<Uint8Array>;
  /** What stands in front of the body, once that has ended. */
  head(): Uint8Array;
}>;
