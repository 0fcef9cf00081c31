type Span = { readonly start: number; readonly end: number };

/** What `TimeRanges` has. */
type Ranges = { readonly length: number; start(at: number): number; end(at: number): number };

/**
 * Returns what adds up the seconds that were in a buffer at any time: a browser forgets what was played, and after a
 * seek there are gaps.
 */
export function countCovered(): (buffered: Ranges) => number {
  let covered: readonly Span[] = [];
  return (buffered) => {
    const now = Array.from({ length: buffered.length }, (_, at) => ({
      start: buffered.start(at),
      end: buffered.end(at),
    }));
    covered = joined([...covered, ...now]);
    return covered.reduce((sum, { start, end }) => sum + end - start, 0);
  };
}

function joined(spans: readonly Span[]): readonly Span[] {
  const all: Span[] = [];
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    const last = all.at(-1);
    if (last === undefined || start > last.end) all.push({ start, end });
    else all[all.length - 1] = { start: last.start, end: Math.max(last.end, end) };
  }
  return all;
}
