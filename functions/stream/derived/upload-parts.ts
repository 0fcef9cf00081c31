import type { ComposeSource } from './store.ts';

/** A part of a multipart upload: bytes that are sent, or one extent that the store copies itself. */
export type Part =
  | { readonly kind: 'sent'; readonly sources: readonly ComposeSource[] }
  | ({ readonly kind: 'copied' } & Exclude<ComposeSource, Uint8Array>);

export type PartLimits = {
  /** The minimum of every part but the last. */
  readonly leastBytes: number;
  readonly mostBytes: number;
};

/** S3 takes parts of 5 MiB to 5 GiB; a large copy is cut, so that several run at once. */
const S3_LIMITS: PartLimits = { leastBytes: 5 * 1024 * 1024, mostBytes: 512 * 1024 * 1024 };

/**
 * Cuts sources into parts that a store accepts: what is too short to be copied is sent together with what
 * follows.
 */
export function planParts(sources: readonly ComposeSource[], limits = S3_LIMITS): Part[] {
  const { leastBytes, mostBytes } = limits;
  const parts: Part[] = [];
  let held: ComposeSource[] = [];
  let heldBytes = 0;
  const hold = (source: ComposeSource) => {
    held.push(source);
    heldBytes += sourceBytes(source);
  };
  const sendHeld = () => {
    if (heldBytes > 0) parts.push({ kind: 'sent', sources: held });
    held = [];
    heldBytes = 0;
  };
  for (const source of sources) {
    let rest = source;
    while (sourceBytes(rest) > 0) {
      if (heldBytes >= leastBytes) sendHeld();
      if (heldBytes > 0 || rest instanceof Uint8Array || sourceBytes(rest) < leastBytes) {
        const [first, others] = splitSource(rest, leastBytes - heldBytes);
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

function splitSource(source: ComposeSource, bytes: number): [ComposeSource, ComposeSource] {
  if (source instanceof Uint8Array) return [source.subarray(0, bytes), source.subarray(bytes)];
  const { object, range } = source;
  const middle = Math.min(range.end, range.start + bytes);
  return [
    { object, range: { start: range.start, end: middle } },
    { object, range: { start: middle, end: range.end } },
  ];
}

function sourceBytes(source: ComposeSource): number {
  return source instanceof Uint8Array ? source.byteLength : source.range.end - source.range.start;
}
