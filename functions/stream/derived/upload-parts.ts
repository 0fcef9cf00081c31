import type { StoredPiece } from './store.ts';

/** A part of a multipart upload: bytes that are sent, or one stretch that the store copies itself. */
export type Part =
  | { readonly kind: 'sent'; readonly pieces: readonly StoredPiece[] }
  | ({ readonly kind: 'copied' } & Exclude<StoredPiece, Uint8Array>);

export type PartLimits = {
  /** Of every part but the last. */
  readonly leastBytes: number;
  readonly mostBytes: number;
};

/** S3 takes parts of 5 MiB to 5 GiB; large copies are cut, so that several run at once. */
const S3_LIMITS: PartLimits = { leastBytes: 5 * 1024 * 1024, mostBytes: 512 * 1024 * 1024 };

/** Cuts pieces into parts that a store accepts: what is too short to be copied is sent together with what follows. */
export function planParts(pieces: readonly StoredPiece[], limits = S3_LIMITS): Part[] {
  const { leastBytes, mostBytes } = limits;
  const parts: Part[] = [];
  let held: StoredPiece[] = [];
  let heldBytes = 0;
  const hold = (piece: StoredPiece) => {
    held.push(piece);
    heldBytes += pieceBytes(piece);
  };
  const sendHeld = () => {
    if (heldBytes > 0) parts.push({ kind: 'sent', pieces: held });
    held = [];
    heldBytes = 0;
  };
  for (const piece of pieces) {
    let rest = piece;
    while (pieceBytes(rest) > 0) {
      if (heldBytes >= leastBytes) sendHeld();
      if (heldBytes > 0 || rest instanceof Uint8Array || pieceBytes(rest) < leastBytes) {
        const [first, others] = splitPiece(rest, leastBytes - heldBytes);
        hold(first);
        rest = others;
      } else {
        const { object, range } = rest;
        const end = Math.min(range.end, range.start + mostBytes);
        parts.push({ kind: 'copied', object, range: { start: range.start, end } });
        rest = { object, range: { start: end, end: range.end } };
      }
    }
  }
  sendHeld();
  return parts;
}

function splitPiece(piece: StoredPiece, bytes: number): [StoredPiece, StoredPiece] {
  if (piece instanceof Uint8Array) return [piece.subarray(0, bytes), piece.subarray(bytes)];
  const { object, range } = piece;
  const middle = Math.min(range.end, range.start + bytes);
  return [
    { object, range: { start: range.start, end: middle } },
    { object, range: { start: middle, end: range.end } },
  ];
}

function pieceBytes(piece: StoredPiece): number {
  return piece instanceof Uint8Array ? piece.byteLength : piece.range.end - piece.range.start;
}
