import { Readable } from 'node:stream';
import type { RandomAccess } from '../../source/bytes.ts';
import type { CachedAccess } from '../../source/cache.ts';

/** A file of `head` and the source's bytes from `from` on. */
export type Splice = { readonly head: Uint8Array; readonly from: number };

/** Opens the file with a splice, for reads alone. */
export function splicedReads(file: RandomAccess, { head, from }: Splice): RandomAccess {
  const shift = from - head.length;
  const sizeBytes = file.sizeBytes - shift;
  return {
    sizeBytes,
    async read(start, end) {
      if (start >= head.length) return file.read(start + shift, end + shift);
      const own = head.subarray(start, Math.min(end, head.length));
      if (end <= head.length) return own;
      return Buffer.concat([own, await file.read(from, Math.min(end, sizeBytes) + shift)]);
    },
  };
}

/** Opens the file with a splice. */
export function spliced(access: CachedAccess, splice: Splice): CachedAccess {
  const { head, from } = splice;
  const shift = from - head.length;
  const ownPart = (start: number, end: number) => head.subarray(start, Math.min(end, head.length));
  return {
    ...splicedReads(access, splice),
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
