import type { RandomAccessPoint } from './coding.ts';
import type { Splice } from './splice.ts';

/** An access unit with a time of its own, found by a scan of some bytes. */
export type AccessUnit = {
  /** Byte offset of its packet in the file. */
  readonly position: number;
  /** In ticks of 90 kHz, on the file's own clock. */
  readonly pts: number;
  readonly dts: number;
  /** Looks whether decoding can begin with it; null if it cannot, whatever headers precede it. */
  point(): RandomAccessPoint | null;
  /** Reads the headers with which it begins, if they are all that a decoder needs; otherwise null. */
  headers(): Uint8Array | null;
  /** Returns the splice that reads the file from here on, after headers if it needs those of another one. */
  splice(headers: Uint8Array | null): Splice;
};

/** Returns the access units of one track whose packets begin in `[start, end)`, in order. */
export type AccessUnitScan = (start: number, end: number) => Promise<readonly AccessUnit[]>;
