import { Problem } from '../functions/stream/base/problem.ts';

/** Returns the Problem that a promise rejects with; fails for any other outcome. */
export async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  const outcome = await promise.then(
    () => 'nothing',
    (error: unknown) => error,
  );
  if (outcome instanceof Problem) return outcome;
  throw new Error(`Expected a Problem, got ${outcome}`, { cause: outcome });
}

/** Returns the Problem that is thrown. */
export function thrownBy(work: () => unknown): Problem {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('Expected a Problem, and nothing was thrown');
}
