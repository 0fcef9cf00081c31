import type { Check } from './check.ts';
import type { Row } from './report.ts';
import type { Session } from './session.ts';

/** Runs the checks one after the other, so that none affects the times of another. */
export async function runChecks(session: Session, checks: readonly Check[]): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const { name, expected, why, run } of checks) {
    rows.push({ name, expected, why, verdict: await run(session) });
  }
  return rows;
}
