import { Readable } from 'node:stream';
import type { Piece } from './bytes.ts';
import { chain } from './chain.ts';
import type { ByteRange, Source, StoredObject } from './source.ts';
import { withoutGaps } from './without-gaps.ts';

/**
 * Streams `range` of the file that `pieces` make up. Rejects as `Source.read` does: the first stretch of source bytes in
 * the range is opened before anything is handed out. Gaps of up to `maxGapBytes` between source bytes are read over, so
 * that one read does for several pieces. Throws RangeError for a range outside that file.
 */
export async function readPieces(
  source: Source,
  object: StoredObject,
  pieces: readonly Piece[],
  range: ByteRange,
  signal: AbortSignal,
  { maxGapBytes = 0 }: { readonly maxGapBytes?: number } = {},
): Promise<Readable> {
  const wanted = stretches(cut(pieces, range), maxGapBytes);
  const firstRead = wanted.find((stretch) => stretch.kind === 'source');
  const opened = firstRead && (await open(firstRead, signal));
  let index = 0;
  const stream = chain(Readable.from([]), openNext, { signal });
  // The stream that waits for its turn ends with the one that it is part of.
  if (opened !== undefined) {
    opened.on('error', () => {});
    stream.once('close', () => opened.destroy());
  }
  return stream;

  async function openNext(failure: Error | null, opening: AbortSignal): Promise<Readable | null> {
    if (failure !== null) throw failure;
    const stretch = wanted[index++];
    if (stretch === undefined) return null;
    if (stretch.kind === 'bytes') return Readable.from([stretch.bytes]);
    return stretch === firstRead && opened !== undefined ? opened : open(stretch, opening);
  }

  async function open({ ranges }: SourceStretch, opening: AbortSignal): Promise<Readable> {
    const whole = { start: ranges[0]?.start ?? 0, end: ranges.at(-1)?.end ?? 0 };
    const body = await source.read(object, whole, opening);
    return ranges.length === 1 ? body : withoutGaps(body, ranges);
  }
}

type Stretch = SourceStretch | Extract<Piece, { kind: 'bytes' }>;
/** What one read of the source brings: rising ranges that are wanted of it. */
type SourceStretch = { readonly kind: 'source'; readonly ranges: ByteRange[] };

function cut(pieces: readonly Piece[], range: ByteRange): Piece[] {
  const inside: Piece[] = [];
  let position = 0;
  for (const piece of pieces) {
    const length = piece.kind === 'source' ? piece.end - piece.start : piece.bytes.byteLength;
    const from = Math.max(range.start - position, 0);
    const to = Math.min(range.end - position, length);
    position += length;
    if (from >= to) continue;
    inside.push(
      piece.kind === 'source'
        ? { kind: 'source', start: piece.start + from, end: piece.start + to }
        : { kind: 'bytes', bytes: piece.bytes.subarray(from, to) },
    );
  }
  const isInside = range.start >= 0 && range.start <= range.end && range.end <= position;
  if (!isInside) throw new RangeError(`[${range.start}, ${range.end}) is no range of ${position} bytes.`);
  return inside;
}

/** Pieces that follow each other in the source, with a small gap at most, become one read. */
function stretches(pieces: readonly Piece[], maxGapBytes: number): Stretch[] {
  const made: Stretch[] = [];
  for (const piece of pieces) {
    const last = made.at(-1);
    if (piece.kind === 'bytes') made.push(piece);
    else if (last?.kind === 'source' && follows(last.ranges, piece, maxGapBytes)) append(last.ranges, piece);
    else made.push({ kind: 'source', ranges: [{ start: piece.start, end: piece.end }] });
  }
  return made;
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
