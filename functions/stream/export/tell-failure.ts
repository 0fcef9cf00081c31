import type { Problem } from '../http/problem.ts';
import type { KeptProblem } from './record.ts';
import type { Shift } from './worker.ts';

/** Writes into an export's record that it has failed. Resolves with whether that could be told; never rejects. */
export async function tellFailure(
  { work, ledger, meter }: Pick<Shift, 'work' | 'ledger' | 'meter'>,
  problem: Problem,
  signal: AbortSignal,
): Promise<boolean> {
  const happening = { kind: 'failed' as const, problem: keptProblem(problem) };
  return ledger.change(work.generation, happening, signal, meter.take()).then(
    (changed) => changed !== null,
    () => false,
  );
}

export function keptProblem({ type, title, status, message }: Problem): KeptProblem {
  return { type: `urn:sluice:problem:${type}`, title, status, detail: message };
}
