/**
 * Calls `act` when the signal aborts, at once if it has. Returns a function that takes the listener away; it may be called
 * again.
 */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  if (signal.aborted) {
    act();
    return () => {};
  }
  signal.addEventListener('abort', act, { once: true });
  return () => signal.removeEventListener('abort', act);
}
