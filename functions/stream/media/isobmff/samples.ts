import { type Numbers, type PackedNumbers, packNumbers } from '../model/packed-numbers.ts';

/** The samples of one track in decode order, by their properties. Times are ticks of the track's clock. */
export type SampleTable = {
  readonly count: number;
  /** Offsets in the file. */
  readonly offsets: Numbers;
  readonly sizes: PackedNumbers;
  readonly decodeTimes: Numbers;
  /** From each decode time to that of the next. */
  readonly steps: PackedNumbers;
  /** Stored apart, since a step after the last sample would be one too many. */
  readonly lastDuration: number;
  readonly compositionOffsets: PackedNumbers;
  /** 1 for a sync sample, otherwise 0. */
  readonly sync: PackedNumbers;
  /** Decode times never fall. */
  readonly runsForwards: boolean;
  /** Estimated bytes of memory. */
  readonly heldBytes: number;
};

/** The presentation time of a sample, in the track's ticks. */
export function shownAt({ decodeTimes, compositionOffsets }: SampleTable, sample: number): number {
  return decodeTimes.at(sample) + compositionOffsets.at(sample);
}

/** Ticks from the decode time of a sample to that of the next. */
export function durationOf({ count, steps, lastDuration }: SampleTable, sample: number): number {
  return sample + 1 < count ? steps.at(sample) : lastDuration;
}

/** The columns of a table: differences, most of which equal the one before. */
type Columns = {
  readonly sizes: PackedNumbers;
  /** Bytes before each sample, from the end of the one before it; the first from the start of the file. */
  readonly gaps: PackedNumbers;
  readonly firstTime: number;
  /** From each decode time to the next; the last does not count. */
  readonly steps: PackedNumbers;
  readonly lastDuration: number;
  readonly compositionOffsets: PackedNumbers;
  readonly sync: PackedNumbers;
};

export function sampleTable(columns: Columns): SampleTable {
  const { sizes, gaps, firstTime, steps, lastDuration, compositionOffsets, sync } = columns;
  const packed = [sizes, gaps, steps, compositionOffsets, sync];
  return {
    count: sizes.length,
    offsets: numbers(sizes.length, (i) => gaps.sumBefore(i + 1) + sizes.sumBefore(i)),
    sizes,
    decodeTimes: numbers(sizes.length, (i) => firstTime + steps.sumBefore(i)),
    steps,
    lastDuration,
    compositionOffsets,
    sync,
    runsForwards: steps.least === 0,
    heldBytes: packed.reduce((bytes, { heldBytes }) => bytes + heldBytes, 0),
  };
}

function numbers(length: number, valueAt: (index: number) => number): Numbers {
  const at = (index: number) => (index >= 0 && index < length ? valueAt(index) : 0);
  return {
    length,
    at,
    *[Symbol.iterator]() {
      for (let i = 0; i < length; i++) yield at(i);
    },
  };
}

export type Sample = {
  readonly offset: number;
  readonly size: number;
  readonly decodeTime: number;
  readonly compositionOffset: number;
  readonly isSync: boolean;
};

/** Adds samples to a table. */
export type SampleCollector = {
  readonly count: number;
  /** Throws `damaged-media` for numbers that no file has. */
  add(sample: Sample): void;
  table(lastDuration: number): SampleTable;
};

export function collectSamples(): SampleCollector {
  const [sizes, gaps, steps, compositionOffsets, sync] = Array.from({ length: 5 }, packNumbers);
  if (!sizes || !gaps || !steps || !compositionOffsets || !sync)
    throw new RangeError('There are five columns.');
  let count = 0;
  let end = 0;
  let firstTime = 0;
  let lastTime = 0;
  return {
    get count() {
      return count;
    },
    add({ offset, size, decodeTime, compositionOffset, isSync }) {
      sizes.add(size);
      gaps.add(offset - end);
      compositionOffsets.add(compositionOffset);
      sync.add(isSync ? 1 : 0);
      if (count === 0) firstTime = decodeTime;
      else steps.add(decodeTime - lastTime);
      end = offset + size;
      lastTime = decodeTime;
      count++;
    },
    table(lastDuration) {
      const columns = { sizes: sizes.pack(), gaps: gaps.pack(), steps: steps.pack() };
      return sampleTable({
        ...columns,
        firstTime,
        lastDuration,
        compositionOffsets: compositionOffsets.pack(),
        sync: sync.pack(),
      });
    },
  };
}
