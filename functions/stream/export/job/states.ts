import {
  type ExportRecord,
  isFinished,
  NOTHING_USED,
  type Result,
  type ShardRecord,
  type Stage,
  type StoredProblem,
  sumUsage,
  type Usage,
} from './record.ts';
import { EVENT_AGE_SECONDS } from './work-event.ts';

export type JobEvent =
  /** A worker has begun the work. */
  | { readonly kind: 'begun' }
  | {
      readonly kind: 'planned';
      readonly shards: number;
      readonly startedMs: number;
      readonly secondsTotal: number | null;
    }
  /** All parts are stored, and one worker assembles them: this one, or one that is sent for. */
  | { readonly kind: 'shards-done'; readonly isWaiting: boolean }
  /** The worker is alive. */
  | { readonly kind: 'renewed' }
  | { readonly kind: 'composed'; readonly result: Result }
  | { readonly kind: 'failed'; readonly problem: StoredProblem }
  /** The worker was silent for too long: another one is sent. */
  | { readonly kind: 'lost' };

/** Returns an export that nobody works on yet. */
export function newJob(generation: number): ExportRecord {
  return {
    generation,
    attempt: 1,
    lost: 0,
    ticks: 1,
    usage: NOTHING_USED,
    stage: { kind: 'queued', sent: 1 },
  };
}

/** Returns the record after an event; null if the event is no longer possible. */
export function transition(
  record: ExportRecord,
  event: JobEvent,
  used: Usage = NOTHING_USED,
): ExportRecord | null {
  const { stage } = record;
  const next = { ...record, ticks: record.ticks + 1, usage: sumUsage([record.usage, used]) };
  const isOver = stage.kind === 'done' || stage.kind === 'failed';
  if (isOver) return null;
  switch (event.kind) {
    case 'begun':
      // Of two workers with the same event, one begins.
      return stage.kind === 'queued' ? { ...next, stage: { kind: 'probing' } } : null;
    case 'planned': {
      const { shards, startedMs, secondsTotal } = event;
      return stage.kind === 'probing'
        ? { ...next, stage: { kind: 'running', shards, startedMs, secondsTotal } }
        : null;
    }
    case 'shards-done':
      return stage.kind === 'running'
        ? { ...next, stage: { ...stage, kind: 'assembling', isWaiting: event.isWaiting, sent: 1 } }
        : null;
    case 'renewed':
      return stage.kind === 'assembling' ? { ...next, stage: { ...stage, isWaiting: false } } : next;
    case 'composed':
      return stage.kind === 'assembling' ? { ...next, stage: { kind: 'done', result: event.result } } : null;
    case 'failed':
      return { ...next, stage: { kind: 'failed', problem: event.problem } };
    case 'lost':
      return afterLoss(record, next, stage);
    default:
      return event satisfies never;
  }
}

/**
 * Sends for another worker. One that never came does not mean that the work is too large, and it may still
 * come: the same event is sent again, and the first to receive it begins.
 */
function afterLoss(
  { attempt, lost }: ExportRecord,
  next: ExportRecord,
  stage: Exclude<Stage, { kind: 'done' | 'failed' }>,
): ExportRecord {
  if (stage.kind === 'queued' || (stage.kind === 'assembling' && stage.isWaiting)) {
    const isOver = stage.sent >= MOST_SENT;
    const problem = NOBODY_CAME;
    return { ...next, stage: isOver ? { kind: 'failed', problem } : { ...stage, sent: stage.sent + 1 } };
  }
  if (lost >= MOST_LOST) return { ...next, stage: { kind: 'failed', problem: LOST } };
  return {
    ...next,
    attempt: attempt + 1,
    lost: lost + 1,
    stage:
      stage.kind === 'probing'
        ? { kind: 'queued', sent: 1 }
        : { ...stage, kind: 'assembling', isWaiting: true, sent: 1 },
  };
}

/** A worker that is lost again and again would be lost for ever. */
export const MOST_LOST = 3;
/**
 * When a worker counts as lost: it writes twice a second, and a cold start on a busy machine takes a while.
 */
const STALE_SECONDS = 15;
/** When an event that nobody has taken counts as lost: Lambda delivers it at least once, or not at all. */
const UNTAKEN_SECONDS = 20;
/** By then Lambda has forgotten the first of them. */
export const MOST_SENT = EVENT_AGE_SECONDS / UNTAKEN_SECONDS;
const RETRY_FAILED_SECONDS = 10;

export const LOST: StoredProblem = {
  type: 'urn:sluice:problem:internal',
  title: 'Internal error',
  status: 500,
  detail:
    'The work was begun several times and never finished; it may need more memory than one invocation has.',
};

export const NOBODY_CAME: StoredProblem = {
  type: 'urn:sluice:problem:workers-unavailable',
  title: 'No worker can be started',
  status: 503,
  detail:
    'No instance became free for this export within five minutes; try again when there is less to do, or allow more instances.',
};

export type Aged<T> = { readonly value: T; readonly ageSeconds: number };

/** What a client that follows an export does about it. */
export type NextAction =
  | { readonly kind: 'begin' }
  | { readonly kind: 'follow' }
  /** A worker is lost: of a shard, of the probe, or of the assembly. */
  | { readonly kind: 'retry'; readonly what: number | 'begin' | 'assemble' };

/** Decides what to do. `isThere` says whether the result is still stored. */
export function nextAction(
  record: Aged<ExportRecord> | null,
  shards: readonly Aged<ShardRecord>[],
  isThere: boolean,
): NextAction {
  if (record === null) return { kind: 'begin' };
  const { stage } = record.value;
  const isStale = record.ageSeconds > STALE_SECONDS;
  switch (stage.kind) {
    case 'done':
      return { kind: isThere ? 'follow' : 'begin' };
    case 'failed':
      return { kind: record.ageSeconds > RETRY_FAILED_SECONDS ? 'begin' : 'follow' };
    case 'queued':
      return record.ageSeconds > UNTAKEN_SECONDS ? { kind: 'retry', what: 'begin' } : { kind: 'follow' };
    case 'probing':
      return isStale ? { kind: 'retry', what: 'begin' } : { kind: 'follow' };
    case 'assembling':
      return record.ageSeconds > patienceFor(stage)
        ? { kind: 'retry', what: 'assemble' }
        : { kind: 'follow' };
    case 'running': {
      const lost = shards.findIndex(
        ({ value, ageSeconds }) => ageSeconds > patienceFor(value) && !isFinished(value),
      );
      if (lost >= 0) return { kind: 'retry', what: lost };
      // The worker of the last shard assembles the parts, and may have died before it began.
      const isComplete = shards.length === stage.shards && shards.every(({ value }) => isFinished(value));
      const isForgotten =
        isComplete && isStale && shards.every(({ ageSeconds }) => ageSeconds > STALE_SECONDS);
      return isForgotten ? { kind: 'retry', what: 'assemble' } : { kind: 'follow' };
    }
    default:
      return stage satisfies never;
  }
}

/** Nobody was sent for work that waits and was sent no time. */
function patienceFor({ isWaiting, sent }: Pick<ShardRecord, 'isWaiting' | 'sent'>): number {
  if (isWaiting && sent === 0) return Number.NEGATIVE_INFINITY;
  return isWaiting ? UNTAKEN_SECONDS : STALE_SECONDS;
}
