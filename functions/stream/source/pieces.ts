import { Readable } from 'node:stream';
import type { Piece } from './bytes.ts';
import { chain } from './chain.ts';
import type { ByteRange, Source, StoredObject } from './source.ts';

/**
 * Streams `range` of the file that `pieces` make up. Rejects as `Source.read` does: the first stretch of source bytes in
 * the range is opened before anything is handed out. Throws RangeError for a range outside that file.
 */
export async function readPieces(
  source: Source,
  object: StoredObject,
  pieces: readonly Piece[],
  range: ByteRange,
  signal: AbortSignal,
): Promise<Readable> {
  const wanted = cut(pieces, range);
  const firstRead = wanted.find((piece) => piece.kind === 'source');
  const opened = firstRead && (await source.read(object, rangeOf(firstRead), signal));
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
    const piece = wanted[index++];
    if (piece === undefined) return null;
    if (piece.kind === 'bytes') return Readable.from([piece.bytes]);
    return piece === firstRead && opened !== undefined
      ? opened
      : source.read(object, rangeOf(piece), opening);
  }
}

function rangeOf({ start, end }: ByteRange): ByteRange {
  return { start, end };
}

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
  return merge(inside);
}

/** Pieces that continue each other in the source become one read. */
function merge(pieces: readonly Piece[]): Piece[] {
  const merged: Piece[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    if (last?.kind === 'source' && piece.kind === 'source' && last.end === piece.start) {
      merged[merged.length - 1] = { kind: 'source', start: last.start, end: piece.end };
    } else merged.push(piece);
  }
  return merged;
}
