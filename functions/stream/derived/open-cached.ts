import type { Readable } from 'node:stream';
import { openWhole } from '../http/open-whole.ts';
import type { Representation } from '../http/representation.ts';
import type { FollowingContext } from './cache-context.ts';
import type { DerivedCache } from './derived-cache.ts';

/** Opens an output that another one needs: out of the cache, or produced and cached. */
export async function openCached(
  output: Representation,
  derivedCache: DerivedCache | null,
  context: FollowingContext,
): Promise<Readable> {
  if (derivedCache === null || output.kind === 'file') return openWhole(output);
  const found = await derivedCache.find(output, context);
  // What has just expired is produced again.
  const cached = found && (await openWhole(found).catch(() => null));
  context.signal.throwIfAborted();
  return cached ?? derivedCache.caching(output, context).open();
}
