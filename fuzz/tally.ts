/** Counts answers by the kind of address and the status. */
export type Tally = {
  add(kind: string, status: number | string | null): void;
  /** One line for each kind, one column for each status; `null` is an end without an answer. */
  rows(): Record<string, Record<string, number>>;
  total(): number;
};

export function createTally(): Tally {
  const counts = new Map<string, Map<string, number>>();
  let total = 0;
  return {
    add(kind, status) {
      total++;
      const column = String(status ?? 'none');
      const row = counts.get(kind) ?? new Map<string, number>();
      counts.set(kind, row.set(column, (row.get(column) ?? 0) + 1));
    },
    rows() {
      const columns = [...new Set([...counts.values()].flatMap((row) => [...row.keys()]))].sort();
      return Object.fromEntries(
        [...counts.keys()]
          .sort()
          .map((kind) => [
            kind,
            Object.fromEntries(columns.map((column) => [column, counts.get(kind)?.get(column) ?? 0])),
          ]),
      );
    },
    total: () => total,
  };
}
