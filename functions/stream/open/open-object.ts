import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { type Probed, probe } from '../media/probe.ts';
import type { ProbeCache } from '../media/probe-cache.ts';
import { type BlockCache, cachedAccess } from '../source/cache.ts';
import { indexAccess } from '../source/index-access.ts';
import type { Source, StoredObject } from '../source/source.ts';
import type { Trace } from '../trace.ts';

export type ObjectDesk = {
  readonly source: Source;
  readonly cache: BlockCache;
  readonly probes: ProbeCache;
  readonly ffprobePath: string;
  readonly signal: AbortSignal;
  readonly trace: Trace;
};

/** An object's present version, with its beginning where one request brought both. */
export type FoundObject = { readonly object: StoredObject; readonly head: Uint8Array | null };

/** Enough for the headers of a file, and little beside a segment. */
const HEAD_BYTES = 64 * 1024;

/** Names one version of an object in addresses that may be kept for ever. */
export function versionOf({ etag }: Pick<StoredObject, 'etag'>, engineVersion: number): string {
  return createHash('sha256').update(`${engineVersion} ${etag}`).digest('base64url').slice(0, 11);
}

/**
 * The object as it is now: one request, which brings its beginning along if nothing is known of the object yet.
 */
export async function findObject(
  key: string,
  { source, probes, signal, trace }: ObjectDesk,
): Promise<FoundObject> {
  const { statAndRead } = source;
  return trace.time('stat', async () => {
    if (statAndRead === undefined || probes.latest(key) !== null) {
      return { object: await source.stat(key, signal), head: null };
    }
    const { object, body } = await statAndRead(key, HEAD_BYTES, signal);
    return { object, head: await buffer(body) };
  });
}

/** What the object is, of which this process may know already. */
export async function probeObject({ object, head }: FoundObject, desk: ObjectDesk): Promise<Probed> {
  const { source, cache, probes, ffprobePath } = desk;
  return desk.trace.time('probe', () =>
    probes.get(object, desk.signal, async (signal) => {
      const file = cachedAccess(source, object, signal, { cache });
      const beginning = head ?? (await file.read(0, HEAD_BYTES));
      const index = indexAccess({ source, object, head: beginning, blocks: file, signal });
      return probe({ file, index, object, ffprobePath, signal });
    }),
  );
}
