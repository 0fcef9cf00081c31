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
  /** Null if the bytes depend on more than the object, so that its date is not enough. */
  readonly lastModified: Date | null;
  readonly sizeBytes: number;
  /** True if a range costs as much as all bytes up to its end: several are not served, but the whole is. */
  readonly isSequential?: boolean;
  open(range: ByteRange): Promise<Readable>;
  /** The address of the same bytes at the store itself, for what one response cannot carry. */
  redirect?(): Promise<string>;
};

/** Bytes that are produced while they are sent: no ranges unless their length is known in advance. */
export type LiveRepresentation = {
  readonly kind: 'live';
  readonly contentType: string;
  readonly etag: string;
  /** Present if it is known exactly. */
  readonly sizeBytes?: number;
  open(): Promise<Readable>;
  /** How it is cached, if not in the form in which it is sent. */
  readonly cachedForm?: CachedForm;
  /** By which another instance finds what is cached, before it knows the media. */
  readonly address?: OutputAddress;
};

/** An address that may be asked for again, as the name of a record about its answer. */
export type OutputAddress = {
  readonly name: string;
  /** Stands for the object's version and all else that decides the answer. */
  readonly version: string;
  /** The value of `Sluice-Plan`. */
  readonly plan: string;
};

/** Returns what is sent of a clear output: the same, encrypted. */
export type Protect = (clear: Representation) => Representation;

/**
 * Produces the same media as a file whose head has its duration and index, which are known only at the end:
 * players read a live answer from its first byte on, and a cached one in ranges. Fails as the live bytes do.
 */
export type CachedForm = (live: AsyncIterable<Uint8Array>) => Promise<{
  readonly body: AsyncIterable<Uint8Array>;
  /** Returns what stands before the body; call it once the body has ended. */
  head(): Uint8Array;
}>;
