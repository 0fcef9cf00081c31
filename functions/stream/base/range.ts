/** Byte positions `[start, end)`: `start` included, `end` excluded, both whole and not negative. */
export type ByteRange = { readonly start: number; readonly end: number };

export type RangeRequest =
  /** No Range, or one to ignore (RFC 9110 §14.2): the whole is sent. */
  | { readonly kind: 'whole' }
  | { readonly kind: 'ranges'; readonly ranges: readonly [ByteRange, ...ByteRange[]] }
  | { readonly kind: 'too-many'; readonly count: number }
  | { readonly kind: 'unsatisfiable' };

/**
 * Reads a Range header against a file of `sizeBytes` (RFC 9110 §14.1). Malformed headers, foreign units and ranges that
 * together exceed the file (amplification) are ignored.
 */
export function parseRange(header: string | null, sizeBytes: number, maxRanges: number): RangeRequest {
  const set = /^bytes=(.*)$/i.exec(header ?? '')?.[1];
  if (set === undefined) return { kind: 'whole' };
  const specs = set.split(',').map((spec) => spec.trim());
  const present = specs.filter((spec) => spec !== '');
  if (present.length === 0) return { kind: 'whole' };
  if (present.length > maxRanges) return { kind: 'too-many', count: present.length };

  const satisfiable: ByteRange[] = [];
  for (const spec of present) {
    const range = parseSpec(spec, sizeBytes);
    if (range === 'malformed') return { kind: 'whole' };
    if (range !== 'unsatisfiable') satisfiable.push(range);
  }
  const [first, ...others] = satisfiable;
  if (first === undefined) return { kind: 'unsatisfiable' };
  const total = satisfiable.reduce((sum, { start, end }) => sum + end - start, 0);
  if (total > sizeBytes) return { kind: 'whole' };
  return { kind: 'ranges', ranges: [first, ...others] };
}

/** Throws RangeError for a range outside a file of `sizeBytes`: the caller's fault, never a client's. */
export function checkRange({ sizeBytes }: { readonly sizeBytes: number }, { start, end }: ByteRange): void {
  const isInside = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end;
  if (!isInside || end > sizeBytes)
    throw new RangeError(`[${start}, ${end}) is no range of ${sizeBytes} bytes.`);
}

/** Tells whether a Range header asks for anything else than the bytes from the first one on. */
export function beginsLater(header: string | null): boolean {
  const first = /^bytes=[\s,]*(\d*)-\d*/i.exec(header ?? '')?.[1];
  return first !== undefined && !/^0+$/.test(first);
}

export function contentRange({ start, end }: ByteRange, sizeBytes: number): string {
  return `bytes ${start}-${end - 1}/${sizeBytes}`;
}

function parseSpec(spec: string, sizeBytes: number): ByteRange | 'malformed' | 'unsatisfiable' {
  const match = /^(\d*)-(\d*)$/.exec(spec);
  if (!match || spec === '-') return 'malformed';
  const [, first = '', last = ''] = match;

  if (first === '') {
    const length = Math.min(position(last), sizeBytes);
    return length === 0 ? 'unsatisfiable' : { start: sizeBytes - length, end: sizeBytes };
  }
  const start = position(first);
  if (last === '') return start < sizeBytes ? { start, end: sizeBytes } : 'unsatisfiable';
  // Compared as digits, since two positions beyond 2^53 would round to the same number.
  if (BigInt(first) > BigInt(last)) return 'malformed';
  return start < sizeBytes ? { start, end: Math.min(position(last) + 1, sizeBytes) } : 'unsatisfiable';
}

/** Reads a position. Positions beyond what a file can have do not wrap; they lie beyond every end. */
function position(digits: string): number {
  return Math.min(Number(digits), Number.MAX_SAFE_INTEGER - 1);
}
