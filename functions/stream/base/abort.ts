import { unsupported } from './problem.ts';

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

/** The value of `promise`, or rejects with the signal's reason as soon as it aborts. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let release = () => {};
  const aborted = new Promise<never>((_, reject) => {
    release = onAbort(signal, () => reject(signal.reason));
  });
  try {
    return await Promise.race([aborted, promise]);
  } finally {
    release();
  }
}

const TIME_LIMIT_MILLISECONDS = 9_000;

/** Ends `work` with a problem if it takes too long, since files can be crafted to be slow to read. */
export async function withTimeLimit<T>(
  signal: AbortSignal,
  work: (limited: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const stop = () => limit.abort(unsupported('This file takes too long to analyse.'));
  const timer = setTimeout(stop, TIME_LIMIT_MILLISECONDS);
  const limited = AbortSignal.any([signal, limit.signal]);
  try {
    return await unlessAborted(work(limited), limited);
  } finally {
    clearTimeout(timer);
  }
}
