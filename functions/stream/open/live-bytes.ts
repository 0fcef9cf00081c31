import { Readable } from 'node:stream';
import type { ObjectContext } from '../http/original.ts';
import type { LiveRepresentation } from '../http/representation.ts';
import { hashOf } from '../plan/tag.ts';

/**
 * Returns bytes that are produced when they are opened: the whole is there before the first byte is sent, so that a failure
 * can be answered with a problem. `decisive` is all that they are a function of besides the object.
 */
export function liveBytes(
  contentType: string,
  decisive: readonly unknown[],
  bytes: () => Promise<Uint8Array>,
  { object, trace }: Pick<ObjectContext, 'object' | 'trace'>,
): LiveRepresentation {
  return {
    kind: 'live',
    contentType,
    // Weak: not every processor computes the same last bits.
    etag: `W/"${hashOf(object, decisive)}"`,
    open: () => trace.time('first', async () => Readable.from([await bytes()], { objectMode: false })),
  };
}
