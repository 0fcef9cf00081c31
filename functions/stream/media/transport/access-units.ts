import type { RandomAccessPoint } from './coding.ts';
import type { Splice } from './splice.ts';

/** An access unit with a time of its own, found by a scan of some bytes. */
export type AccessUnit = {
  /** Byte offset of its packet in the file. */
  readonly position: number;
  /** In ticks of 90 kHz, on the file's own clock. */
  readonly pts: number;
  readonly dts: number;
  /** Null if decoding cannot begin with it. */
  readonly point: RandomAccessPoint | null;
  /** Returns the splice that reads the file from here on. */
  splice(): Splice;
};

/** Returns the access units of one track whose packets begin in `[start, end)`, in order. */
export type AccessUnitScan = (start: number, end: number) => Promise<readonly AccessUnit[]>;
