/** An error with its causes in one line, for the log. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `; caused by ${describeError(error.cause)}`;
  return `${error.name}: ${error.message}${cause}`.slice(0, 4_000);
}
