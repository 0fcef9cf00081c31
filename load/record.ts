import type { Heard } from './ask.ts';
import type { Kind, Task } from './tasks.ts';

/** The results of all players. */
export type LoadRecord = {
  add(task: Task, heard: Heard): void;
  summary(): Summary;
};

export type Row = {
  readonly asked: number;
  readonly right: number;
  readonly refused: number;
  /** The time until the head of a right answer, and until its end. */
  readonly firstP50: number;
  readonly firstP99: number;
  readonly wholeP99: number;
};

export type Summary = {
  readonly rows: Readonly<Partial<Record<Kind, Row>>>;
  /** How long refused players waited for the refusal. */
  readonly refusedP50: number;
  readonly refusedP99: number;
  readonly refusedMost: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Answers that were neither right nor refused. */
  readonly wrong: readonly string[];
};

type Answers = { asked: number; refused: number; first: number[]; whole: number[] };

export function createRecord(): LoadRecord {
  const kinds = new Map<Kind, Answers>();
  const refusals: number[] = [];
  const statuses: Record<string, number> = {};
  const wrong: string[] = [];
  return {
    add(task, heard) {
      const answers = kinds.get(task.kind) ?? { asked: 0, refused: 0, first: [], whole: [] };
      kinds.set(task.kind, answers);
      answers.asked++;
      const name = String(heard.status ?? 'none');
      statuses[name] = (statuses[name] ?? 0) + 1;
      if (isRefusal(heard)) {
        answers.refused++;
        refusals.push(heard.milliseconds);
      } else if (isRight(task, heard)) {
        answers.first.push(heard.firstMilliseconds);
        answers.whole.push(heard.milliseconds);
      } else wrong.push(describe(task, heard));
    },
    summary: () => ({
      rows: Object.fromEntries(
        [...kinds].map(([kind, { asked, refused, first, whole }]) => [
          kind,
          {
            ...{ asked, right: first.length, refused },
            ...{ firstP50: percentile(first, 0.5), firstP99: percentile(first, 0.99) },
            wholeP99: percentile(whole, 0.99),
          },
        ]),
      ),
      refusedP50: percentile(refusals, 0.5),
      refusedP99: percentile(refusals, 0.99),
      refusedMost: percentile(refusals, 1),
      statuses,
      wrong,
    }),
  };
}

/** Too much at once: refused by the platform, or by the function. */
export function isRefusal({ status, isWhole }: Heard): boolean {
  return isWhole && (status === 429 || status === 503);
}

export function isRight(task: Task, { status, isWhole, sha256 }: Heard): boolean {
  return isWhole && status === task.status && sha256 === task.sha256;
}

function describe({ kind, url, headers, status }: Task, heard: Heard): string {
  const how =
    heard.status !== status
      ? `status ${heard.status}`
      : heard.isWhole
        ? 'other bytes'
        : 'a broken connection';
  return `${kind} ${url} ${headers.range ?? ''}: ${how}`;
}

/** Milliseconds, rounded; NaN without values. */
function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN);
}
