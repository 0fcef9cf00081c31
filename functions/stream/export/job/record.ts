/** The cost of an export so far, in invocations that work on it; clients that follow it do not count. */
export type Usage = {
  readonly invocations: number;
  /** Memory × time. */
  readonly gbSeconds: number;
  /** Bytes read from the source. */
  readonly bytesRead: number;
  /** Bytes written to the store. */
  readonly bytesWritten: number;
};

export const NOTHING_USED: Usage = { invocations: 0, gbSeconds: 0, bytesRead: 0, bytesWritten: 0 };

/** A `Problem` as it is stored and shown. */
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
  /** Nobody has begun; `sent` counts how often the event was sent. */
  | { readonly kind: 'queued'; readonly sent: number }
  | { readonly kind: 'probing' }
  | ({ readonly kind: 'running' } & Course)
  | ({ readonly kind: 'assembling' } & Waiting & Course)
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly problem: StoredProblem };

type Waiting = {
  /** The event was sent, and no worker has taken it yet. */
  readonly isWaiting: boolean;
  /** How often the event was sent; 0 if that is left to the next client. */
  readonly sent: number;
};

type Course = {
  readonly shards: number;
  readonly startedMs: number;
  /** Null if the file does not say. */
  readonly secondsTotal: number | null;
};

/** The state of an export. One of its invocations at a time writes it, by compare and swap. */
export type ExportRecord = {
  /** When it was requested, in milliseconds: an export that is started again has another number. */
  readonly generation: number;
  /** The number of the current worker; one with another number has been given up. */
  readonly attempt: number;
  /** How often workers were lost. */
  readonly lost: number;
  /** Rises with every change. */
  readonly ticks: number;
  readonly usage: Usage;
  readonly stage: Stage;
};

/** A stretch of the work that one invocation after another does, never two at the same time. */
export type ShardRecord = Waiting & {
  readonly generation: number;
  readonly attempt: number;
  readonly lost: number;
  readonly ticks: number;
  readonly usage: Usage;
  readonly atMs: number;
  /** Groups: where the shard ends, and which comes next. */
  readonly to: number;
  readonly next: number;
  readonly parts: readonly Part[];
  /** The draft being written, once the store holds something of it that would outlive its worker. */
  readonly draft?: { readonly name: string; readonly id: string } | null;
  /** Seconds of the result so far, with what is under way. */
  readonly secondsDone: number;
  readonly bytes: number;
};

/** A stored part: its bytes of the result, then what `headOf` needs to know. */
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
