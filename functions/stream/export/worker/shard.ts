import type { Versioned } from '../job/job-store.ts';
import { isFinished, type ShardRecord } from '../job/record.ts';
import { assemble, assembleElsewhere, takeAssembly } from './assemble.ts';
import { makePart } from './make-part.ts';
import { type Prepared, prepare } from './prepare.ts';
import type { WorkerContext } from './worker.ts';

/**
 * Produces and stores as much of a shard as the time of this invocation allows, and sends for another
 * invocation for the rest. The worker that finishes the last shard has the parts assembled.
 */
export async function runShard(
  worker: WorkerContext,
  number: number,
  attempt: number,
  known?: Prepared,
): Promise<void> {
  const { work, jobs, signal, send, trace } = worker;
  const shard = await jobs.readShard(number, signal);
  if (shard === null || shard.value.generation !== work.generation || shard.value.attempt !== attempt) return;
  if (isFinished(shard.value)) return finish(worker, known);
  const own = known === undefined ? await take(worker, number, shard) : shard;
  if (own === null) return;
  let prepared = known;
  const readied = async () => {
    prepared ??= await prepare(worker);
    return prepared;
  };
  const next = await makePart(worker, number, own, readied);
  if (next === null) return;
  if (!isFinished(next)) {
    if (!worker.goesOn()) return trace.note({ leftTo: 'the next client' });
    return send({ ...work, task: number, attempt: next.attempt });
  }
  await finish(worker, prepared);
}

/** Returns null if the event has come twice and another worker has the shard. */
async function take({ jobs, signal }: WorkerContext, number: number, shard: Versioned<ShardRecord>) {
  if (!shard.value.isWaiting) return null;
  const taken = { ...shard.value, isWaiting: false, ticks: shard.value.ticks + 1 };
  return jobs.writeShard(number, taken, shard, signal);
}

async function finish(worker: WorkerContext, known: Prepared | undefined): Promise<void> {
  const { work, jobs, signal } = worker;
  const record = await jobs.read(signal);
  if (record?.value.generation !== work.generation || record.value.stage.kind !== 'running') return;
  const shards = await jobs.readShards(record.value.stage.shards, work.generation, signal);
  if (shards.length < record.value.stage.shards || !shards.every(({ value }) => isFinished(value))) return;
  if (worker.isTimeUp()) return assembleElsewhere(worker);
  await assemble(worker, await takeAssembly(worker), known);
}
