import { damaged } from '../../base/problem.ts';

/** Whole numbers in a row. Reads beyond either end give zeros. */
export type Numbers = Iterable<number> & { readonly length: number; at(index: number): number };

/**
 * Whole numbers in as many bytes as they need: runs of the same value, each of one or two variable-length
 * integers, and a mark every 128 runs at which reading can begin. Sequential reading takes one step each;
 * random access takes some more.
 */
export type PackedNumbers = Numbers & {
  /** Returns the sum of all numbers before `index`. */
  sumBefore(index: number): number;
  /** Yields each value with its number of repetitions, up to `length` of all. */
  runs(length: number): Generator<[value: number, times: number], void, void>;
  /** The smallest of all, at most 0. */
  readonly least: number;
  readonly heldBytes: number;
};

export type NumbersPacker = {
  /** Adds the value `times` times. Throws `damaged-media` beyond 2^50. */
  add(value: number, times?: number): void;
  pack(): PackedNumbers;
};

const MARKED_RUNS = 128;
/** A run of two integers has at most 16 bytes. */
const MARK_BYTES = MARKED_RUNS * 16;
const BLOCK_BYTES = 64 * 1024;
const LARGEST = 2 ** 50;
/** Up to this size bits are shifted and masked, since there are millions of numbers. */
const SMALL = 2 ** 31 - 1;

/** A mark between two runs: the next number's index, the sum before it, the offset of its run. */
type Mark = 'index' | 'sum' | 'place';
const MARK_FIELDS = 3;
const FIELDS: Readonly<Record<Mark, number>> = { index: 0, sum: 1, place: 2 };

export function packNumbers(): NumbersPacker {
  const blocks: Uint8Array[] = [];
  let block = new Uint8Array(64);
  let used = 0;
  let marks = new Float64Array(MARK_FIELDS);
  let runs = 0;
  let length = 0;
  let sum = 0;
  let least = 0;
  let value = 0;
  let times = 0;

  return {
    add(next, repeated = 1) {
      if (repeated === 0) return;
      if (next === value && times > 0) {
        times += repeated;
        return;
      }
      flush();
      if (Math.abs(next) > LARGEST) throw damaged('The index of the file has absurd numbers.');
      value = next;
      times = repeated;
    },
    pack() {
      flush();
      times = 0;
      const all = [...blocks, block.slice(0, used)];
      return unpacked({
        blocks: all,
        marks: marks.slice(0, countMarks() * MARK_FIELDS),
        runs,
        length,
        least,
      });
    },
  };

  function countMarks(): number {
    return Math.ceil(runs / MARKED_RUNS);
  }

  function flush(): void {
    if (times === 0) return;
    if (runs % MARKED_RUNS === 0) mark();
    // The lowest bit announces a second integer, the one above it is the sign.
    const magnitude = value < 0 ? -value * 2 - 1 : value * 2;
    write(magnitude * 2 + (times > 1 ? 1 : 0));
    if (times > 1) write(times);
    runs++;
    length += times;
    sum += value * times;
    if (value < least) least = value;
  }

  function mark(): void {
    // The runs between two marks share one block.
    if (used + MARK_BYTES > BLOCK_BYTES) {
      blocks.push(block.slice(0, used));
      block = new Uint8Array(BLOCK_BYTES);
      used = 0;
    }
    const at = countMarks() * MARK_FIELDS;
    if (at === marks.length) marks = grown(marks, new Float64Array(at * 2));
    marks.set([length, sum, blocks.length * BLOCK_BYTES + used], at);
  }

  function write(integer: number): void {
    if (used + 8 > block.length) block = grown(block, new Uint8Array(block.length * 2));
    let rest = integer;
    for (; rest > SMALL; rest = Math.floor(rest / 128)) block[used++] = (rest % 128) | 128;
    for (; rest > 127; rest >>= 7) block[used++] = (rest & 127) | 128;
    block[used++] = rest;
  }
}

function grown<T extends Uint8Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

type Packed = {
  readonly blocks: readonly Uint8Array[];
  readonly marks: Float64Array;
  readonly runs: number;
  readonly length: number;
  readonly least: number;
};

function unpacked({ blocks, marks, runs, length, least }: Packed): PackedNumbers {
  const lastMark = Math.max(0, Math.ceil(runs / MARKED_RUNS) - 1);
  // The last run that was read: its beginning, and the next one's offset.
  let first = 0;
  let times = 0;
  let value = 0;
  let sum = 0;
  let run = 0;
  let block: Uint8Array = new Uint8Array();
  let place = 0;
  if (runs > 0) goTo(0);

  const numbers: PackedNumbers = {
    length,
    least,
    heldBytes: marks.byteLength + blocks.reduce((bytes, { byteLength }) => bytes + byteLength, 0),
    at: (index) => (find(index) ? value : 0),
    sumBefore(index) {
      const within = Math.max(0, Math.min(index, length));
      if (!find(Math.min(within, length - 1))) return 0;
      return sum + value * (within - first);
    },
    *runs(most) {
      for (let i = 0; i < most && find(i); i = first + times)
        yield [value, Math.min(most, first + times) - i];
    },
    *[Symbol.iterator]() {
      for (let i = 0; i < length; i++) yield numbers.at(i);
    },
  };
  return numbers;

  function find(index: number): boolean {
    if (!(index >= 0 && index < length)) return false;
    if (index < first || index >= indexOf(Math.floor(run / MARKED_RUNS) + 2)) goTo(markBefore(index));
    while (index >= first + times) step();
    return true;
  }

  /** Returns the index of the first number after a mark; after the last mark, of no number. */
  function indexOf(mark: number): number {
    return mark > lastMark ? Number.POSITIVE_INFINITY : field(mark, 'index');
  }

  function markBefore(index: number): number {
    let low = 0;
    let high = lastMark;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (field(middle, 'index') <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  function field(mark: number, name: Mark): number {
    return marks[mark * MARK_FIELDS + FIELDS[name]] ?? 0;
  }

  function goTo(mark: number): void {
    run = mark * MARKED_RUNS;
    first = field(mark, 'index');
    sum = field(mark, 'sum');
    enter(mark);
    read();
  }

  function enter(mark: number): void {
    const at = field(mark, 'place');
    block = blocks[Math.floor(at / BLOCK_BYTES)] ?? block;
    place = at % BLOCK_BYTES;
  }

  function step(): void {
    first += times;
    sum += value * times;
    run++;
    if (run % MARKED_RUNS === 0) enter(run / MARKED_RUNS);
    read();
  }

  function read(): void {
    const integer = next();
    if (integer <= SMALL) {
      value = (integer & 2) === 0 ? integer >> 2 : -(integer >> 2) - 1;
      times = (integer & 1) === 0 ? 1 : next();
      return;
    }
    const repeats = integer % 2 === 1;
    const magnitude = repeats ? (integer - 1) / 2 : integer / 2;
    value = magnitude % 2 === 1 ? -(magnitude + 1) / 2 : magnitude / 2;
    times = repeats ? next() : 1;
  }

  function next(): number {
    let byte = block[place++] ?? 0;
    if (byte < 128) return byte;
    let integer = byte & 127;
    let shift = 7;
    for (byte = block[place++] ?? 0; shift < 21; byte = block[place++] ?? 0, shift += 7) {
      integer |= (byte & 127) << shift;
      if (byte < 128) return integer;
    }
    let scale = 2 ** shift;
    for (; byte > 127; byte = block[place++] ?? 0) {
      integer += (byte - 128) * scale;
      scale *= 128;
    }
    return integer + byte * scale;
  }
}
