/** The clock of a stream at a place of the file, in ticks of 90 kHz. */
export type ClockReading = { readonly position: number; readonly ticks: number };

/** The times in a packet of one elementary stream (a PID, or a stream id), in ticks. */
export type TimeReading = {
  readonly position: number;
  readonly stream: number;
  readonly pts: number;
  readonly dts: number;
};

/** A stretch of a file by one clock, and its correction. */
export type ClockPart = {
  readonly start: number;
  /**
   * Ticks of 90 kHz that are added to each time, and the numbers added to the continuity counters of each
   * stream.
   */
  readonly addedTicks: number;
  readonly addedCounts: ReadonlyMap<number, number>;
};

/** How a kind of stream tells the time. `bytes` lie at `position` of the file, and may begin anywhere. */
export type Timekeeping = {
  clocks(bytes: Uint8Array, position: number): ClockReading[];
  times(bytes: Uint8Array, position: number): TimeReading[];
  isFilm(stream: number): boolean;
  /** Returns what is added to continuity counters after a join at `start`. */
  counts(bytes: Uint8Array, position: number, before: ClockPart, start: number): ReadonlyMap<number, number>;
  /** Returns the bytes that must be read to correct `[start, end)`. */
  around(start: number, end: number): { readonly from: number; readonly until: number };
  /** Corrects the times and counters in `bytes`. */
  correct(bytes: Uint8Array, position: number, partAt: (position: number) => ClockPart): void;
};
