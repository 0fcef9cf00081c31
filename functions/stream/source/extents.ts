import { Readable } from 'node:stream';
import type { ByteRange } from '../base/range.ts';
import type { Extent } from './bytes.ts';
import { chain, discard } from './chain.ts';
import type { Source, StoredObject } from './source.ts';
import { withoutGaps } from './without-gaps.ts';

export type ExtentsOptions = {
  /** The most bytes between two source extents that are read and dropped, so that one read serves both. */
  readonly maxGapBytes?: number;
  /**
   * How many reads are opened while one before them is under way: the latencies of many small ones add up.
   */
  readonly readsAhead?: number;
};

/**
 * Streams `range` of the file that the extents make up. Rejects as `Source.read` does: the first source bytes
 * in the range are opened before anything is handed out. Throws RangeError for a range outside that file.
 */
export async function readExtents(
  source: Source,
  object: StoredObject,
  extents: readonly Extent[],
  range: ByteRange,
  signal: AbortSignal,
  { maxGapBytes = 0, readsAhead = 0 }: ExtentsOptions = {},
): Promise<Readable> {
  const wanted = stretches(cut(extents, range), maxGapBytes);
  const closing = new AbortController();
  const unopened = wanted.filter((stretch) => stretch.kind === 'source');
  const opened = new Map<Stretch, Promise<Readable>>();
  openMore(1);
  for (const first of opened.values()) await first;
  let index = 0;
  const stream = chain(Readable.from([]), openNext, { signal });
  // Streams that wait for their turn end with the whole stream.
  stream.once('close', () => {
    closing.abort(new Error('The stream was closed.'));
    for (const body of opened.values()) body.then(discard, () => {});
  });
  return stream;

  async function openNext(failure: Error | null): Promise<Readable | null> {
    if (failure !== null) throw failure;
    const stretch = wanted[index++];
    if (stretch === undefined) return null;
    if (stretch.kind === 'bytes') return Readable.from([stretch.bytes]);
    if (!opened.has(stretch)) openMore(1);
    const body = await opened.get(stretch);
    opened.delete(stretch);
    openMore(readsAhead);
    return body ?? null;
  }

  /** Opens reads until `count` are under way and not read yet. */
  function openMore(count: number): void {
    while (opened.size < count) {
      const stretch = unopened.shift();
      if (stretch === undefined) return;
      const body = open(stretch);
      opened.set(stretch, body);
      // A failure is reported when its turn comes.
      body.then(
        (waiting) => waiting.on('error', () => {}),
        () => {},
      );
    }
  }

  async function open({ ranges }: SourceStretch): Promise<Readable> {
    const whole = { start: ranges[0]?.start ?? 0, end: ranges.at(-1)?.end ?? 0 };
    // Each read has its own signal: several of them listen at the same time.
    const body = await source.read(object, whole, AbortSignal.any([signal, closing.signal]));
    return ranges.length === 1 ? body : withoutGaps(body, ranges);
  }
}

type Stretch = SourceStretch | Extract<Extent, { kind: 'bytes' }>;
/** One read of the source, with the rising ranges that are wanted of it. */
type SourceStretch = { readonly kind: 'source'; readonly ranges: ByteRange[] };

function cut(extents: readonly Extent[], range: ByteRange): Extent[] {
  const inside: Extent[] = [];
  let position = 0;
  for (const extent of extents) {
    const length = extent.kind === 'source' ? extent.end - extent.start : extent.bytes.byteLength;
    const from = Math.max(range.start - position, 0);
    const to = Math.min(range.end - position, length);
    position += length;
    if (from >= to) continue;
    inside.push(
      extent.kind === 'source'
        ? { kind: 'source', start: extent.start + from, end: extent.start + to }
        : { kind: 'bytes', bytes: extent.bytes.subarray(from, to) },
    );
  }
  const isInside = range.start >= 0 && range.start <= range.end && range.end <= position;
  if (!isInside) throw new RangeError(`[${range.start}, ${range.end}) is no range of ${position} bytes.`);
  return inside;
}

/** Joins extents that follow each other in the source, with a small gap at most, into one read. */
function stretches(extents: readonly Extent[], maxGapBytes: number): Stretch[] {
  const merged: Stretch[] = [];
  for (const extent of extents) {
    const last = merged.at(-1);
    if (extent.kind === 'bytes') merged.push(extent);
    else if (last?.kind === 'source' && follows(last.ranges, extent, maxGapBytes))
      append(last.ranges, extent);
    else merged.push({ kind: 'source', ranges: [{ start: extent.start, end: extent.end }] });
  }
  return merged;
}

function follows(ranges: readonly ByteRange[], { start }: ByteRange, maxGapBytes: number): boolean {
  const gap = start - (ranges.at(-1)?.end ?? 0);
  return gap >= 0 && gap <= maxGapBytes;
}

function append(ranges: ByteRange[], { start, end }: ByteRange): void {
  const last = ranges.at(-1);
  if (last?.end === start) ranges[ranges.length - 1] = { start: last.start, end };
  else ranges.push({ start, end });
}
