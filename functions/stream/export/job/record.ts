/** What an export has cost so far, in invocations that work on it; whoever follows it is not counted. */
export type Usage = {
  readonly invocations: number;
  /** Memory × time. */
  readonly gbSeconds: number;
  /** Out of the source. */
  readonly bytesRead: number;
  /** Into the store. */
  readonly bytesWritten: number;
};

export const NOTHING_USED: Usage = { invocations: 0, gbSeconds: 0, bytesRead: 0, bytesWritten: 0 };

/** A `Problem` as it is kept and shown. */
export type StoredProblem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
};

export type Result = {
  readonly extension: string;
  readonly contentType: string;
  readonly sizeBytes: number;
  readonly durationSeconds: number | null;
};

export type Stage =
  /** Nobody has begun; `sent`: how often the event for it was sent. */
  | { readonly kind: 'queued'; readonly sent: number }
  | { readonly kind: 'probing' }
  | ({ readonly kind: 'running' } & Course)
  | ({ readonly kind: 'assembling' } & Waiting & Course)
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly problem: StoredProblem };

type Waiting = {
  /** It was sent for, and nobody has come yet. */
  readonly isWaiting: boolean;
  /** How often, at that. */
  readonly sent: number;
};

type Course = {
  readonly shards: number;
  readonly startedMs: number;
  /** Null where the file does not tell. */
  readonly secondsTotal: number | null;
};

/** The state of an export, which one of its invocations at a time writes, by compare and swap. */
export type ExportRecord = {
  /** When it was asked for, in milliseconds: an export that is made anew is another one. */
  readonly generation: number;
  /** Of workers: one with another number has been given up. */
  readonly attempt: number;
  /** How often workers were lost. */
  readonly lost: number;
  /** Rises with every change. */
  readonly ticks: number;
  readonly usage: Usage;
  readonly stage: Stage;
};

/** A part of the work that one invocation after the other does, none at the same time. */
export type ShardRecord = Waiting & {
  readonly generation: number;
  readonly attempt: number;
  readonly lost: number;
  readonly ticks: number;
  readonly usage: Usage;
  readonly atMs: number;
  /** Groups: where it ends, and which comes next. */
  readonly to: number;
  readonly next: number;
  readonly parts: readonly Part[];
  /** What is being written, as far as the store holds something of it that would outlive its worker. */
  readonly draft?: { readonly name: string; readonly id: string } | null;
  /** Of the result, so far, with what is under way. */
  readonly secondsDone: number;
  readonly bytes: number;
};

/** A part that is kept: so many bytes of the result, then what `headOf` wants to know. */
export type Part = { readonly name: string; readonly bodyBytes: number; readonly seconds: number };

export function isFinished({ next, to }: ShardRecord): boolean {
  return next >= to;
}

export function sumUsage(usages: readonly Usage[]): Usage {
  return usages.reduce(
    (sum, more) => ({
      invocations: sum.invocations + more.invocations,
      gbSeconds: sum.gbSeconds + more.gbSeconds,
      bytesRead: sum.bytesRead + more.bytesRead,
      bytesWritten: sum.bytesWritten + more.bytesWritten,
    }),
    NOTHING_USED,
  );
}
