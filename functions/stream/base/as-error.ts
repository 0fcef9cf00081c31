/** What was thrown, or the reason of a signal: of neither is it certain that it is an Error, as streams want it. */
export function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('The work was stopped.', { cause: reason });
}
