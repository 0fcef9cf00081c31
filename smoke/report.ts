import type { Check } from './check.ts';
import type { Verdict } from './verdict.ts';

export type Row = Pick<Check, 'name' | 'expected' | 'why'> & { readonly verdict: Verdict };

export type Counts = { readonly passed: number; readonly failed: number; readonly notChecked: number };

export function countRows(rows: readonly Row[]): Counts {
  const count = (kind: Verdict['kind']) => rows.filter(({ verdict }) => verdict.kind === kind).length;
  return { passed: count('passed'), failed: count('failed'), notChecked: count('not checked') };
}

/** Prints the results for a person: a table whose cells are wrapped to this many columns, and a sum. */
export function printTable(rows: readonly Row[], columns: number): string {
  const { passed, failed, notChecked } = countRows(rows);
  const [nameWidth, verdictWidth, gaps] = [20, 11, 4 * 2];
  const share = Math.max(13, Math.floor((columns - nameWidth - verdictWidth - gaps) / 3));
  const widths = [nameWidth, verdictWidth, share, share, share];
  const titles = ['check', 'verdict', 'seen', 'expected', 'why'];
  const lines = [titles, widths.map((width) => '-'.repeat(width))].map((cells) => printLine(cells, widths));
  for (const { name, verdict, expected, why } of rows) {
    const word = verdict.kind === 'failed' ? 'FAILED' : verdict.kind;
    const cells = [name, word, verdict.seen, expected, why].map((text, at) =>
      wrap(text, widths[at] ?? share),
    );
    const height = Math.max(...cells.map((cell) => cell.length));
    for (let at = 0; at < height; at++)
      lines.push(
        printLine(
          cells.map((cell) => cell[at] ?? ''),
          widths,
        ),
      );
    lines.push('');
  }
  lines.push(`${passed} passed, ${failed} failed, ${notChecked} not checked`);
  return `${lines.join('\n')}\n`;
}

/** Prints the results for a program. The address has no token. */
export function printJson(service: string, key: string, rows: readonly Row[]): string {
  const checks = rows.map(({ name, verdict, expected, why }) => ({
    check: name,
    verdict: verdict.kind,
    seen: verdict.seen,
    expected,
    why,
  }));
  return `${JSON.stringify({ service, key, ...countRows(rows), checks }, null, 2)}\n`;
}

function printLine(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, at) => cell.padEnd(widths[at] ?? 0))
    .join('  ')
    .trimEnd();
}

/** Wraps text to lines of at most this many characters, between words if possible. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    const end = space > 0 ? space : width;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}
