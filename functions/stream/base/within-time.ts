import { unsupported } from './problem.ts';

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
    return await new Promise<T>((resolve, reject) => {
      limited.addEventListener('abort', () => reject(limited.reason), { once: true });
      work(limited).then(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
  }
}
