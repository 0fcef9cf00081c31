import { Readable } from 'node:stream';
import type { CachedAccess } from '../../source/cache.ts';

/** A file of `head` and the source's bytes from `from` on. */
export type Splice = { readonly head: Uint8Array; readonly from: number };

/** Opens the file with a splice. */
export function spliced(access: CachedAccess, { head, from }: Splice): CachedAccess {
  const shift = from - head.length;
  const sizeBytes = access.sizeBytes - shift;
  const ownPart = (start: number, end: number) => head.subarray(start, Math.min(end, head.length));
  return {
    sizeBytes,
    async read(start, end) {
      if (start >= head.length) return access.read(start + shift, end + shift);
      const own = ownPart(start, end);
      if (end <= head.length) return own;
      return Buffer.concat([own, await access.read(from, Math.min(end, sizeBytes) + shift)]);
    },
    stream({ start, end }) {
      if (start >= head.length) return access.stream({ start: start + shift, end: end + shift });
      const rest = () => access.stream({ start: from, end: end + shift });
      return Readable.from(joined(ownPart(start, end), end > head.length ? rest : null), {
        objectMode: false,
      });
    },
  };
}

async function* joined(
  own: Uint8Array,
  rest: (() => Readable) | null,
): AsyncGenerator<Uint8Array, void, void> {
  yield own;
  if (rest !== null) yield* rest();
}
