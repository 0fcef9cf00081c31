import {
  type ExportRecord,
  type Result,
  type ShardRecord,
  type StoredProblem,
  sumUsage,
  type Usage,
} from '../job/record.ts';

/** The records of an export at one moment. */
export type Snapshot = { readonly record: ExportRecord; readonly shards: readonly ShardRecord[] };

/** The data of each event, as JSON; the player page reads it. */
export type ExportNews = {
  readonly queued: object;
  readonly probing: object;
  readonly progress: Progress;
  readonly done: Usage & Pick<Result, 'sizeBytes' | 'durationSeconds'> & Located;
  readonly failed: { readonly problem: StoredProblem };
};

export type ExportEvent = {
  [Name in keyof ExportNews]: {
    /** The position in the course of the export, so that any instance can go on after it. */
    readonly id: string;
    readonly name: Name;
    readonly data: ExportNews[Name];
  };
}[keyof ExportNews];

/** The address of the result, for the client that asks. */
export type Located = { readonly address: string };

/** How far the work is; null means unknown. */
type Pace = {
  /** At most 99.9 until the result is published. */
  readonly percent: number | null;
  readonly secondsDone: number | null;
  readonly secondsTotal: number | null;
  /** Seconds of media produced in a second. */
  readonly speed: number | null;
  readonly etaSeconds: number | null;
};

export type Progress = Pace & {
  /** Bytes of the result so far. */
  readonly bytes: number;
};

/** What an event id says. */
export type Position = {
  readonly generation: number;
  readonly rank: number;
  readonly ticks: number;
  readonly doneMs: number;
  readonly bytes: number;
};

const RANKS = { queued: 0, probing: 1, running: 2, assembling: 2, done: 3, failed: 3 } as const;
const FINAL = 3;

/** Returns null for text that is not an id of ours. */
export function parsePosition(id: string | null): Position | null {
  const [, generation, rank, ticks, doneMs, bytes] =
    /^(\d{1,15})-([0-3])-(\d{1,15})-(\d{1,15})-(\d{1,15})$/.exec(id ?? '') ?? [];
  if (generation === undefined) return null;
  const [a, b, c, d, e] = [generation, rank, ticks, doneMs, bytes].map(Number);
  return { generation: a ?? 0, rank: b ?? 0, ticks: c ?? 0, doneMs: d ?? 0, bytes: e ?? 0 };
}

/**
 * Whether the client has seen the end of this export: it receives nothing more and does not start it again.
 */
export function hasSeenEnd(last: Position | null, { generation }: ExportRecord): boolean {
  return last !== null && last.generation === generation && last.rank === FINAL;
}

/**
 * Returns the events for a client that has seen `last`, including those it has missed. A client that comes
 * after the end receives only the end. `describeResult` adds what depends on the client.
 */
export function eventsAfter(
  last: Position | null,
  snapshot: Snapshot,
  describeResult: (result: Result) => Located,
): readonly ExportEvent[] {
  const { record, shards } = snapshot;
  const { stage, generation } = record;
  const seen = last?.generation === generation ? last : null;
  const rank = RANKS[stage.kind];
  if (seen?.rank === FINAL) return [];
  const position: Position = {
    generation,
    rank,
    ticks: Math.max(
      // The end comes after everything that was seen, whatever its tick.
      rank === FINAL ? (seen?.ticks ?? 0) + 1 : 0,
      record.ticks + shards.reduce((sum, shard) => sum + shard.ticks, 0),
    ),
    // The output of a lost worker is produced again: the progress never goes back.
    doneMs: Math.max(
      seen?.doneMs ?? 0,
      // Rounded down, since otherwise the last progress could exceed the end.
      Math.floor(1000 * shards.reduce((sum, shard) => sum + shard.secondsDone, 0)),
    ),
    bytes: Math.max(
      seen?.bytes ?? 0,
      shards.reduce((sum, shard) => sum + shard.bytes, 0),
    ),
  };
  const id = (of: number) => idOf({ ...position, rank: of });
  const events: ExportEvent[] = [];
  const isNew = (of: number) => rank >= of && (seen === null ? rank < FINAL : seen.rank < of);
  if (isNew(0)) events.push({ id: id(0), name: 'queued', data: {} });
  if (isNew(1)) events.push({ id: id(1), name: 'probing', data: {} });
  if (rank === 2 && (seen === null || seen.rank < 2 || position.ticks > seen.ticks)) {
    events.push({ id: id(2), name: 'progress', data: progressOf(snapshot, position) });
  }
  if (stage.kind === 'done') {
    const { sizeBytes, durationSeconds } = stage.result;
    if (seen !== null) {
      const all = { percent: 100, secondsDone: durationSeconds, secondsTotal: durationSeconds };
      events.push({
        id: id(2),
        name: 'progress',
        data: { ...all, speed: null, bytes: sizeBytes, etaSeconds: 0 },
      });
    }
    const used = usageOf(record, shards);
    events.push({
      id: id(FINAL),
      name: 'done',
      data: { ...describeResult(stage.result), sizeBytes, durationSeconds, ...used },
    });
  }
  if (stage.kind === 'failed')
    events.push({ id: id(FINAL), name: 'failed', data: { problem: stage.problem } });
  return events;
}

/** Rounds to thousandths: more would be noise. */
function usageOf(record: ExportRecord, shards: readonly ShardRecord[]): Usage {
  const used = sumUsage([record.usage, ...shards.map(({ usage }) => usage)]);
  return { ...used, gbSeconds: Math.round(used.gbSeconds * 1000) / 1000 };
}

function progressOf({ record, shards }: Snapshot, { doneMs, bytes }: Position): Progress {
  const { stage } = record;
  const { startedMs = 0, secondsTotal = null } = 'startedMs' in stage ? stage : {};
  const elapsedSeconds = (Math.max(...shards.map(({ atMs }) => atMs), startedMs) - startedMs) / 1000;
  return { ...paceOf({ secondsDone: doneMs / 1000, secondsTotal, elapsedSeconds }), bytes };
}

/** Describes how far work is that took `elapsedSeconds` up to here. */
export function paceOf({
  secondsDone,
  secondsTotal,
  elapsedSeconds,
}: Pick<Pace, 'secondsTotal'> & { readonly secondsDone: number; readonly elapsedSeconds: number }): Pace {
  const speed = elapsedSeconds > 0 ? secondsDone / elapsedSeconds : null;
  const left = secondsTotal === null ? null : Math.max(0, secondsTotal - secondsDone);
  return {
    // Everything is produced but not sent yet.
    percent:
      secondsTotal === null || secondsTotal === 0
        ? null
        : Math.min(99.9, Math.round((1000 * secondsDone) / secondsTotal) / 10),
    secondsDone,
    secondsTotal,
    speed: speed === null ? null : Math.round(speed * 100) / 100,
    etaSeconds: left === null || !speed ? null : Math.round((left / speed) * 10) / 10,
  };
}

function idOf({ generation, rank, ticks, doneMs, bytes }: Position): string {
  return [generation, rank, ticks, doneMs, bytes].join('-');
}
