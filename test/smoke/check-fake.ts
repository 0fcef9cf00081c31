import { CHECKS } from '../../smoke/checks.ts';
import type { SmokeOptions } from '../../smoke/options.ts';
import type { Row } from '../../smoke/report.ts';
import { runChecks } from '../../smoke/run-checks.ts';
import { openSession } from '../../smoke/session.ts';
import { KEY, ORIGIN, TOKEN } from './fake-answers.ts';
import type { FakeService, Fault } from './fake-service.ts';

export type CheckOptions = Partial<Omit<SmokeOptions, 'service'>> & { readonly token?: string | null };

/** Runs the named checks against a fake service with a fault, or with none. */
export async function checkFake(
  service: FakeService,
  fault: Fault | null,
  names: readonly string[],
  { token = TOKEN, ...options }: CheckOptions = {},
): Promise<readonly Row[]> {
  service.commit(fault);
  const session = await openSession({
    service: { origin: service.origin, prefix: '', token },
    ...{ key: KEY, origin: ORIGIN, timeoutSeconds: 20, json: false },
    ...options,
  });
  return runChecks(
    session,
    CHECKS.filter(({ name }) => names.includes(name)),
  );
}
