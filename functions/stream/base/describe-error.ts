import { redact } from './redact.ts';

/** Describes an error with its causes, for the log. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return redact(String(error));
  const cause = error.cause === undefined ? '' : `; caused by ${describeError(error.cause)}`;
  return redact(`${error.name}: ${error.message}${cause}`).slice(0, 4_000);
}
