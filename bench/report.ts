import { type Figures, ratios, spread } from '../testing/rounds.ts';

/** What some work costs here, beside its limit in the same rounds. */
export type Row = {
  readonly work: string;
  readonly unit: 'ms' | 'MB/s' | 'MB' | 'KiB' | 's';
  readonly ours: Figures;
  /** Null for a figure that has no limit beside it. */
  readonly limit: Figures | null;
  /** Such as `≤ 1.25`; empty if none is set. */
  readonly target?: string;
};

export type Table = {
  readonly title: string;
  /** What it is compared with, and how. */
  readonly about: string;
  /** The name of the column with our figures, if it is not Sluice's. */
  readonly subject?: string;
  /** The name of the limit's column. */
  readonly against: string;
  readonly rows: readonly Row[];
};

/** Returns a table as Markdown: medians, and the ratio with its least and most of all rounds. */
export function renderTable({ title, about, subject = 'Sluice', against, rows }: Table): string {
  const head = ['work', subject, against, 'ratio (min–max)', 'target'];
  const lines = rows.map(({ work, unit, ours, limit, target = '' }) => {
    const cell = (figures: Figures) => `${number(spread(figures).median)} ${unit}`;
    const compared = limit === null ? null : spread(ratios(ours, limit));
    const ratio = compared && `${fixed(compared.median)} (${fixed(compared.min)}–${fixed(compared.max)})`;
    return [work, cell(ours), limit === null ? '' : cell(limit), ratio ?? '', target];
  });
  return [`## ${title}`, '', about, '', ...markdown([head, ...lines])].join('\n');
}

function markdown(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)];
}

function number(figure: number): string {
  if (figure >= 100) return figure.toFixed(0);
  return figure >= 10 ? figure.toFixed(1) : figure.toFixed(2);
}

function fixed(figure: number): string {
  return figure > 0 && figure < 0.1 ? figure.toPrecision(2) : figure.toFixed(2);
}
