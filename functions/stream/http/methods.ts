import { Problem } from '../base/problem.ts';
import type { Route } from '../route/route.ts';

const METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** Throws `method-not-allowed` for a method that no address answers. */
export function refuseUnknownMethod(method: string): void {
  if (!METHODS.includes(method) && method !== 'POST') throw notAllowed(METHODS);
}

/** Players ask for licenses by POST: the address says all, and what they post is not read. */
export function refuseMethod(method: string, route: Route): void {
  const takesPost = route.kind === 'key' && route.form === 'license';
  if (method === 'POST' && !takesPost) throw notAllowed(METHODS);
}

function notAllowed(methods: readonly string[]): Problem {
  return new Problem('method-not-allowed', `Only ${methods.join(', ')} are answered here.`, {
    headers: { allow: methods.join(', ') },
  });
}
