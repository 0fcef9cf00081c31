import type { DerivedStore, StoredRecord } from '../../derived/store.ts';
import type { ExportRecord, LaneRecord, Usage } from './record.ts';
import { type Aged, become, type Happening } from './states.ts';

/** The records of one export. */
export type Ledger = {
  read(signal: AbortSignal): Promise<Kept<ExportRecord> | null>;
  readLanes(count: number, generation: number, signal: AbortSignal): Promise<readonly Kept<LaneRecord>[]>;
  readLane(lane: number, signal: AbortSignal): Promise<Kept<LaneRecord> | null>;
  /** Null where somebody else was faster. */
  write(
    value: ExportRecord,
    replaces: Kept<ExportRecord> | null,
    signal: AbortSignal,
  ): Promise<Kept<ExportRecord> | null>;
  writeLane(
    lane: number,
    value: LaneRecord,
    replaces: Kept<LaneRecord> | null,
    signal: AbortSignal,
  ): Promise<Kept<LaneRecord> | null>;
  /** Lets something happen to an export, whoever else writes; null where it cannot any more. */
  change(
    held: Held,
    happening: Happening,
    signal: AbortSignal,
    used?: Usage,
  ): Promise<Kept<ExportRecord> | null>;
};

/** What somebody changes: an export of this generation, and of this attempt where it must not have been given to another. */
export type Held = { readonly generation: number; readonly attempt?: number };

export type Kept<T> = Aged<T> & { readonly record: StoredRecord };

const ATTEMPTS = 8;

export function openLedger(store: DerivedStore, id: string): Ledger {
  const name = `exports/${id}`;
  const nameOf = (lane: number) => `${name}.${lane}`;

  /** What stands there was written by this same code. */
  async function read<T>(at: string, signal: AbortSignal): Promise<Kept<T> | null> {
    const record = await store.readRecord(at, signal);
    return record && { value: JSON.parse(record.text), ageSeconds: record.ageSeconds, record };
  }

  async function write<T>(
    at: string,
    value: T,
    replaces: Kept<T> | null,
    signal: AbortSignal,
  ): Promise<Kept<T> | null> {
    const record = await store.writeRecord(at, JSON.stringify(value), replaces?.record ?? null, signal);
    return record && { value, ageSeconds: 0, record };
  }

  const ledger: Ledger = {
    read: (signal) => read(name, signal),
    readLane: (lane, signal) => read(nameOf(lane), signal),
    async readLanes(count, generation, signal) {
      const lanes = await Promise.all(Array.from({ length: count }, (_, i) => ledger.readLane(i, signal)));
      // A lane of an earlier export has not been begun yet in this one.
      return lanes.flatMap((lane) => (lane === null || lane.value.generation !== generation ? [] : [lane]));
    },
    write: (value, replaces, signal) => write(name, value, replaces, signal),
    writeLane: (lane, value, replaces, signal) => write(nameOf(lane), value, replaces, signal),
    async change({ generation, attempt: own }, happening, signal, used) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const known = await ledger.read(signal);
        if (known?.value.generation !== generation) return null;
        if (own !== undefined && known.value.attempt !== own) return null;
        const next = become(known.value, happening, used);
        if (next === null) return null;
        const written = await ledger.write(next, known, signal);
        if (written !== null) return written;
      }
      return null;
    },
  };
  return ledger;
}
