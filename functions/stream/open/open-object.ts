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

/**
 * The object as it is now, in one request. With `indexAlone` that brings its beginning along: for who reads the index
 * and then stretches of media, and has no use for whole blocks, as ffmpeg has.
 */
export async function findObject(
  key: string,
  { source, probes, signal, trace }: ObjectDesk,
  { indexAlone }: { readonly indexAlone: boolean },
): Promise<FoundObject> {
  const { statAndRead } = source;
  return trace.time('stat', async () => {
    if (!indexAlone || statAndRead === undefined || probes.latest(key) !== null) {
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
      const index = head === null ? file : indexAccess({ source, object, head, blocks: file, signal });
      return probe({ file, index, object, ffprobePath, signal });
    }),
  );
}
