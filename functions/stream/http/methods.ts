import { Problem } from '../base/problem.ts';
import type { Route } from '../route/route.ts';
import { READING } from '../route/routes.ts';

/** Throws `method-not-allowed` for a method that no address answers. */
export function refuseUnknownMethod(method: string): void {
  if (!READING.includes(method) && method !== 'POST') throw notAllowed();
}

/**
 * Throws `method-not-allowed` for a POST, unless a player asks for a license by it: the address says all, and what is
 * posted is not read.
 */
export function refusePost(route: Route): void {
  if (route.kind !== 'key' || route.form !== 'license') throw notAllowed();
}

function notAllowed(): Problem {
  return new Problem('method-not-allowed', `Only ${READING.join(', ')} are answered here.`, {
    headers: { allow: READING.join(', ') },
  });
}
