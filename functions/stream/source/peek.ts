import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { asError } from '../base/as-error.ts';

/**
 * Reads the first bytes of a stream and leaves them in it: as many as `isEnough` wants, and not many more
 * than `mostBytes`, which the stream must have. Rejects with the stream's error.
 */
export async function peek(
  stream: Readable,
  mostBytes: number,
  isEnough: (bytes: Buffer) => boolean,
): Promise<Buffer> {
  // A failure while nobody waits is met at the next look.
  stream.on('error', () => {});
  let taken = Buffer.alloc(0);
  while (taken.length < mostBytes && !isEnough(taken)) {
    const chunk = stream.read() as Buffer | null;
    if (chunk !== null) taken = Buffer.concat([taken, chunk]);
    else if (stream.destroyed) throw asError(stream.errored);
    else await once(stream, 'readable');
  }
  stream.unshift(taken);
  return taken;
}
