import { sourceUnavailable } from '../base/problem.ts';

export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

export function isTaken(error: unknown): boolean {
  return codeOf(error) === 'EEXIST';
}

/** Throws `source-unavailable` with `cause`. */
export function fail(cause: unknown): never {
  throw sourceUnavailable({ cause });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
