/** Records what one request did and how long it took, for Server-Timing and for its one line in the log. */
export type Trace = {
  /** Runs `work` and adds its milliseconds to `name`. */
  time<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Adds milliseconds that were measured elsewhere. */
  record(name: string, milliseconds: number): void;
  /** Returns the milliseconds of `name` so far. */
  total(name: string): number;
  /** Adds a name that says something without a time, such as `cached`. */
  mark(name: string): void;
  /** Adds fields to the log line; a later value of a field replaces an earlier one. */
  note(fields: Readonly<Record<string, unknown>>): void;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Returns `name;dur=1.2, cached, …` in the order of first use (W3C Server Timing). */
  serverTiming(): string;
};

export function createTrace(now: () => number = () => performance.now()): Trace {
  const milliseconds = new Map<string, number | null>();
  const fields: Record<string, unknown> = {};
  const record = (name: string, more: number) => {
    milliseconds.set(name, (milliseconds.get(name) ?? 0) + more);
  };
  return {
    fields,
    record,
    mark: (name) => void milliseconds.set(name, null),
    async time(name, work) {
      const start = now();
      try {
        return await work();
      } finally {
        record(name, now() - start);
      }
    },
    total: (name) => milliseconds.get(name) ?? 0,
    note(more) {
      Object.assign(fields, more);
    },
    serverTiming() {
      return [...milliseconds]
        .map(([name, value]) => (value === null ? name : `${name};dur=${value.toFixed(1)}`))
        .join(', ');
    },
  };
}
