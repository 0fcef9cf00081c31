import type { Readable } from 'node:stream';

/**
 * A body that is read until `signal`, but must have begun before `within`, which tells nothing to one that has. One that
 * comes later is let go of.
 */
export async function beginInTime(
  read: (until: AbortSignal) => Promise<Readable>,
  signal: AbortSignal,
  within: AbortSignal,
): Promise<Readable> {
  within.throwIfAborted();
  const late = new AbortController();
  const end = () => late.abort(within.reason);
  within.addEventListener('abort', end, { once: true });
  try {
    const body = await read(AbortSignal.any([signal, late.signal]));
    if (!within.aborted) return body;
    body.on('error', () => {}).destroy();
    throw within.reason;
  } finally {
    within.removeEventListener('abort', end);
  }
}
