import { unsupported } from './problem.ts';
import { unlessAborted } from './unless-aborted.ts';

const TIME_LIMIT_MILLISECONDS = 9_000;

/** Ends `work` with a problem if it takes too long, since files can be crafted to be slow to read. */
export async function withTimeLimit<T>(
  signal: AbortSignal,
  work: (limited: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const tooSlow = unsupported('This file takes too long to analyse.');
  const timer = setTimeout(() => limit.abort(tooSlow), TIME_LIMIT_MILLISECONDS);
  const limited = AbortSignal.any([signal, limit.signal]);
  try {
    return await unlessAborted(work(limited), limited);
  } finally {
    clearTimeout(timer);
  }
}
