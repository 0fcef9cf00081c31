import type { Readable } from 'node:stream';
import type { ByteRange } from '../base/range.ts';
import type { PresignOptions, StoredObject } from '../source/source.ts';

/**
 * Where what was made is kept, with small records about the making. Objects and records have names of their own
 * (`made/…`, `claims/…`) and never share one. Failures are the Problems of `Source`.
 */
export type DerivedStore = {
  /** What is kept under `name`, whole; null where nothing is. */
  find(name: string, signal: AbortSignal): Promise<StoredObject | null>;
  /** As `Source.read`. */
  read(object: StoredObject, range: ByteRange, signal: AbortSignal): Promise<Readable>;
  /** As `Source.presign`. */
  presign?(object: StoredObject, options: PresignOptions): Promise<string>;
  /** Begins an object that nobody sees before it is published. */
  create(name: string, options: DraftOptions): Promise<Draft>;
  /**
   * Publishes one object out of bytes and of stretches of others that are kept, in their order, as `Draft.publish` does.
   * Of a long stretch at most its first and its last 5 MiB pass through here. Leaves nothing where it fails.
   */
  compose(name: string, sources: readonly ComposeSource[], signal: AbortSignal): Promise<StoredObject>;
  /** Removes an object; nothing happens where there is none. Records are not removed: they expire with the store. */
  remove(name: string, signal: AbortSignal): Promise<void>;
  /** Ends the draft of a maker that died, by the id that `onBegun` was told; nothing happens where it has ended. */
  abandon(name: string, draftId: string, signal: AbortSignal): Promise<void>;
  readRecord(name: string, signal: AbortSignal): Promise<StoredRecord | null>;
  /** Writes only over the version that was read (`replaces`), or only where there is none (null). Null: somebody else was faster. */
  writeRecord(
    name: string,
    text: string,
    replaces: StoredRecord | null,
    signal: AbortSignal,
  ): Promise<StoredRecord | null>;
};

export type DraftOptions = {
  /** Aborts what is under way, the publishing included; the draft must be discarded all the same. */
  readonly signal: AbortSignal;
  /** Called as soon as the store holds something that would outlive this process, with its id for `abandon`. */
  readonly onStart?: (draftId: string) => void;
};

export type Draft = {
  /** Resolves when more may be written. Rejects once the draft has failed. */
  write(chunk: Uint8Array): Promise<void>;
  /** Resolves with the object that has the name now: this one, or the one that was published before it. */
  publish(): Promise<StoredObject>;
  /** Leaves nothing, also after a failure; never rejects. Does nothing once it is published. */
  discard(): Promise<void>;
};

export type ComposeSource = Uint8Array | { readonly object: StoredObject; readonly range: ByteRange };

export type StoredRecord = {
  readonly name: string;
  readonly text: string;
  readonly version: string;
  /** Since it was written, by the store's own clock; instances' clocks differ. */
  readonly ageSeconds: number;
};
