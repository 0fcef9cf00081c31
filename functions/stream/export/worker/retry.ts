import type { JobStore, Versioned } from '../job/job-store.ts';
import type { ExportRecord, ShardRecord } from '../job/record.ts';
import { LOST, MOST_LOST, MOST_SENT, type NextAction, NOBODY_CAME, transition } from '../job/states.ts';

type Losing = {
  readonly jobs: JobStore;
  readonly record: Versioned<ExportRecord>;
  readonly shards: readonly Versioned<ShardRecord>[];
  readonly signal: AbortSignal;
};

/**
 * Takes the work of a lost worker away from it. Resolves with the number of the attempt to send instead,
 * which is the same if no worker had come for it. Resolves with null if another client has done so, or if the
 * export has failed because it was lost, or sent in vain, too often.
 */
export function retryLost(
  what: Extract<NextAction, { kind: 'retry' }>['what'],
  losing: Losing,
): Promise<number | null> {
  return typeof what === 'number' ? retryShard(what, losing) : retryJob(losing);
}

async function retryShard(number: number, { jobs, record, shards, signal }: Losing): Promise<number | null> {
  const shard = shards[number];
  if (shard === undefined) return null;
  const { attempt, lost, ticks, isWaiting, sent } = shard.value;
  const isOver = isWaiting ? sent >= MOST_SENT : lost >= MOST_LOST;
  if (isOver) {
    const { generation } = record.value;
    const problem = isWaiting ? NOBODY_CAME : LOST;
    await jobs.change({ generation }, { kind: 'failed', problem }, signal);
    return null;
  }
  const again = isWaiting
    ? { sent: sent + 1 }
    : { attempt: attempt + 1, lost: lost + 1, isWaiting: true, sent: 1 };
  const next = { ...shard.value, ...again, ticks: ticks + 1 };
  return (await jobs.writeShard(number, next, shard, signal)) && next.attempt;
}

async function retryJob({ jobs, record, signal }: Losing): Promise<number | null> {
  const next = transition(record.value, { kind: 'lost' });
  const written = next && (await jobs.write(next, record, signal));
  return written === null || written.value.stage.kind === 'failed' ? null : written.value.attempt;
}
