import type { WorkerContext } from './worker.ts';

/**
 * Removes the parts that the shards of a finished export have recorded; the rest expires with everything in
 * the store. Never rejects.
 */
export async function removeParts(
  { work, jobs, store }: Pick<WorkerContext, 'work' | 'jobs' | 'store'>,
  signal: AbortSignal,
): Promise<void> {
  try {
    const record = await jobs.read(signal);
    const { generation, stage } = record?.value ?? {};
    if (generation !== work.generation || (stage?.kind !== 'done' && stage?.kind !== 'failed')) return;
    for (let number = 0; ; number++) {
      const shard = await jobs.readShard(number, signal);
      if (shard?.value.generation !== generation) return;
      await Promise.allSettled(shard.value.parts.map(({ name }) => store.remove(name, signal)));
    }
  } catch {
    // The export has ended all the same.
  }
}
