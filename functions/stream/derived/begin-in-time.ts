import type { Readable } from 'node:stream';
import { onAbort } from '../base/abort.ts';

/**
 * Opens a body that may be read until `signal` ends but must begin before `within` does. `within` no longer
 * affects a body that has begun. A body that comes too late is destroyed.
 */
export async function beginInTime(
  read: (until: AbortSignal) => Promise<Readable>,
  signal: AbortSignal,
  within: AbortSignal,
): Promise<Readable> {
  within.throwIfAborted();
  const late = new AbortController();
  const release = onAbort(within, () => late.abort(within.reason));
  try {
    const body = await read(AbortSignal.any([signal, late.signal]));
    if (!within.aborted) return body;
    body.on('error', () => {}).destroy();
    throw within.reason;
  } finally {
    release();
  }
}
