import type { Readable } from 'node:stream';
import type { ByteRange } from '../base/range.ts';
import type { PresignOptions, StoredObject } from '../source/source.ts';

/**
 * Stores outputs, and small records about their production. Objects (`made/…`) and records (`claims/…`) have
 * names of their own and never share one. Failures are the Problems of `Source`.
 */
export type DerivedStore = {
  /** Returns the whole object `name`; null if there is none. */
  find(name: string, signal: AbortSignal): Promise<StoredObject | null>;
  /** Reads as `Source.read` does. */
  read(object: StoredObject, range: ByteRange, signal: AbortSignal): Promise<Readable>;
  /** Presigns as `Source.presign` does. */
  presign?(object: StoredObject, options: PresignOptions): Promise<string>;
  /** Begins an object that nobody sees before it is published. */
  create(name: string, options: DraftOptions): Promise<Draft>;
  /**
   * Publishes one object composed of bytes and of extents of other stored objects, in the given order, as
   * `Draft.publish` does. Of a long extent at most the first and last 5 MiB pass through this process. Leaves
   * nothing behind if it fails.
   */
  compose(name: string, sources: readonly ComposeSource[], signal: AbortSignal): Promise<StoredObject>;
  /** Removes an object, if there is one. Records are not removed: they expire with the store. */
  remove(name: string, signal: AbortSignal): Promise<void>;
  /** Ends the draft of a producer that died, by the id given to `onStart`; does nothing if it has ended. */
  abandon(name: string, draftId: string, signal: AbortSignal): Promise<void>;
  readRecord(name: string, signal: AbortSignal): Promise<StoredRecord | null>;
  /**
   * Writes only over the version that was read (`replaces`), or only if there is none (null). Returns null if
   * somebody else was faster.
   */
  writeRecord(
    name: string,
    text: string,
    replaces: StoredRecord | null,
    signal: AbortSignal,
  ): Promise<StoredRecord | null>;
};

export type DraftOptions = {
  /** Aborts what is under way, publishing included; the draft must still be discarded. */
  readonly signal: AbortSignal;
  /**
   * Is called with the id for `abandon` as soon as the store holds something that would outlive this process.
   */
  readonly onStart?: (draftId: string) => void;
};

export type Draft = {
  /** Resolves when more may be written. Rejects once the draft has failed. */
  write(chunk: Uint8Array): Promise<void>;
  /** Resolves with the object that has the name now: this one, or one published before it. */
  publish(): Promise<StoredObject>;
  /** Removes everything, even after a failure; never rejects. Does nothing once the draft is published. */
  discard(): Promise<void>;
};

export type ComposeSource = Uint8Array | { readonly object: StoredObject; readonly range: ByteRange };

export type StoredRecord = {
  readonly name: string;
  readonly text: string;
  readonly version: string;
  /** The time since it was written, by the store's own clock; the clocks of instances differ. */
  readonly ageSeconds: number;
};
