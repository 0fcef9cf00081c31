import type { WorkerContext } from './worker.ts';

/**
 * Removes what the lanes of an export that has ended have made, as far as they tell; the rest expires with all that is
 * kept. Never rejects.
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
