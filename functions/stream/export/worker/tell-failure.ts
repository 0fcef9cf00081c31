import type { Problem } from '../../base/problem.ts';
import { describeProblem } from '../../http/problem-response.ts';
import type { WorkerContext } from './worker.ts';

/**
 * Writes into an export's record that it has failed. Resolves with whether that was possible; never rejects.
 */
export async function tellFailure(
  { work, jobs, meter }: Pick<WorkerContext, 'work' | 'jobs' | 'meter'>,
  problem: Problem,
  signal: AbortSignal,
): Promise<boolean> {
  const event = { kind: 'failed' as const, problem: describeProblem(problem) };
  return jobs.change({ generation: work.generation }, event, signal, meter.take()).then(
    (changed) => changed !== null,
    () => false,
  );
}
