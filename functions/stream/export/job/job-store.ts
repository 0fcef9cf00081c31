import type { DerivedStore, StoredRecord } from '../../derived/store.ts';
import type { ExportRecord, ShardRecord, Usage } from './record.ts';
import { type Aged, type JobEvent, transition } from './states.ts';

/** Reads and writes the records of one export. */
export type JobStore = {
  read(signal: AbortSignal): Promise<Versioned<ExportRecord> | null>;
  readShards(
    count: number,
    generation: number,
    signal: AbortSignal,
  ): Promise<readonly Versioned<ShardRecord>[]>;
  readShard(shard: number, signal: AbortSignal): Promise<Versioned<ShardRecord> | null>;
  /** Notes that a client follows the export at this moment. */
  noteFollower(signal: AbortSignal): Promise<void>;
  /** Seconds since the last note; null if there is none. */
  followerAge(signal: AbortSignal): Promise<number | null>;
  /** Returns null if somebody else was faster. */
  write(
    value: ExportRecord,
    replaces: Versioned<ExportRecord> | null,
    signal: AbortSignal,
  ): Promise<Versioned<ExportRecord> | null>;
  writeShard(
    shard: number,
    value: ShardRecord,
    replaces: Versioned<ShardRecord> | null,
    signal: AbortSignal,
  ): Promise<Versioned<ShardRecord> | null>;
  /** Applies an event to the export, even if others write too; null if the event is no longer possible. */
  change(
    held: Held,
    event: JobEvent,
    signal: AbortSignal,
    used?: Usage,
  ): Promise<Versioned<ExportRecord> | null>;
};

/** Which export may be changed: one of this generation and, if given, of this attempt. */
export type Held = { readonly generation: number; readonly attempt?: number };

export type Versioned<T> = Aged<T> & { readonly record: StoredRecord };

const ATTEMPTS = 8;

export function openJobStore(store: DerivedStore, id: string): JobStore {
  const name = `exports/${id}`;
  const nameOf = (shard: number) => `${name}.${shard}`;
  const followers = `${name}.followed`;

  /** The same code has written this record. */
  async function read<T>(at: string, signal: AbortSignal): Promise<Versioned<T> | null> {
    const record = await store.readRecord(at, signal);
    return record && { value: JSON.parse(record.text), ageSeconds: record.ageSeconds, record };
  }

  async function write<T>(
    at: string,
    value: T,
    replaces: Versioned<T> | null,
    signal: AbortSignal,
  ): Promise<Versioned<T> | null> {
    const record = await store.writeRecord(at, JSON.stringify(value), replaces?.record ?? null, signal);
    return record && { value, ageSeconds: 0, record };
  }

  const jobs: JobStore = {
    read: (signal) => read(name, signal),
    readShard: (shard, signal) => read(nameOf(shard), signal),
    async readShards(count, generation, signal) {
      const shards = await Promise.all(Array.from({ length: count }, (_, i) => jobs.readShard(i, signal)));
      // The record of an earlier export means that this shard has not begun yet.
      return shards.flatMap((shard) =>
        shard === null || shard.value.generation !== generation ? [] : [shard],
      );
    },
    async noteFollower(signal) {
      // Another client may be faster, whose note says the same.
      await store.writeRecord(followers, '', await store.readRecord(followers, signal), signal);
    },
    followerAge: async (signal) => (await store.readRecord(followers, signal))?.ageSeconds ?? null,
    write: (value, replaces, signal) => write(name, value, replaces, signal),
    writeShard: (shard, value, replaces, signal) => write(nameOf(shard), value, replaces, signal),
    async change({ generation, attempt: own }, event, signal, used) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const known = await jobs.read(signal);
        if (known?.value.generation !== generation) return null;
        if (own !== undefined && known.value.attempt !== own) return null;
        const next = transition(known.value, event, used);
        if (next === null) return null;
        const written = await jobs.write(next, known, signal);
        if (written !== null) return written;
      }
      return null;
    },
  };
  return jobs;
}
