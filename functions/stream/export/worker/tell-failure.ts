import type { Problem } from '../../base/problem.ts';
import { describeProblem } from '../../http/problem-response.ts';
import type { Shift } from './worker.ts';

/** Writes into an export's record that it has failed. Resolves with whether that could be told; never rejects. */
export async function tellFailure(
  { work, ledger, meter }: Pick<Shift, 'work' | 'ledger' | 'meter'>,
  problem: Problem,
  signal: AbortSignal,
): Promise<boolean> {
  const happening = { kind: 'failed' as const, problem: describeProblem(problem) };
  return ledger.change({ generation: work.generation }, happening, signal, meter.take()).then(
    (changed) => changed !== null,
    () => false,
  );
}
