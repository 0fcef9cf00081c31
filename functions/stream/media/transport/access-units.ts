import type { RandomAccessPoint } from './coding.ts';
import type { Splice } from './splice.ts';

/** A coded picture with a time of its own, as a scan of some bytes finds it. */
export type AccessUnit = {
  /** Where its packet begins in the file. */
  readonly position: number;
  /** In ticks of 90 kHz, on the file's own clock. */
  readonly pts: number;
  readonly dts: number;
  /** Null where decoding cannot begin with it. */
  readonly point: RandomAccessPoint | null;
  /** The file as it is to be read from here on. */
  splice(): Splice;
};

/** The pictures of one track whose packets begin in `[start, end)`, in their order. */
export type AccessUnitScan = (start: number, end: number) => Promise<readonly AccessUnit[]>;
