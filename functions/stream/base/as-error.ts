/** Returns what was thrown, or a signal's reason, as the Error that streams want; either may be any value. */
export function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('The work was stopped.', { cause: reason });
}
