import { buffer } from 'node:stream/consumers';
import type { RequestContext } from '../base/request-context.ts';
import type { Decoding } from '../media/model/decoding.ts';
import type { ProbeCache } from '../media/probe/probe-cache.ts';
import type { Slots } from '../sandbox/slots.ts';
import type { BlockCache } from '../source/cache.ts';
import type { Source, StoredObject } from '../source/source.ts';

/** What the process reads and probes objects with. */
export type ProbeServices = {
  readonly source: Source;
  readonly cache: BlockCache;
  readonly probes: ProbeCache;
  readonly slots?: Slots | undefined;
  readonly decoding?: Decoding | undefined;
  readonly config: { readonly ffprobePath: string };
};

/** The current version of an object, with its beginning if one request brought both. */
export type FoundObject = { readonly object: StoredObject; readonly head: Uint8Array | null };

/** How to look for an object. */
export type Finding = {
  /**
   * True if only the index and then extents of media are read, so that whole blocks, as ffmpeg needs them,
   * are of no use: one request brings the object's beginning as well.
   */
  readonly indexAlone: boolean;
  /**
   * Whether the address names this version. A version that the store has confirmed a moment ago is then used
   * without asking again.
   */
  readonly names: (object: StoredObject) => boolean;
};

export const CURRENT_VERSION: Finding = { indexAlone: false, names: () => false };

/** Enough for the headers of a file, and little compared to a segment. */
const HEAD_BYTES = 64 * 1024;

/** Finds the object as it is now, or in the version that its address names, in one request at most. */
export async function findObject(
  key: string,
  { source, probes }: ProbeServices,
  { signal, trace }: Pick<RequestContext, 'signal' | 'trace'>,
  { indexAlone, names }: Finding,
): Promise<FoundObject> {
  const known = probes.latest(key);
  if (known?.isFresh && names(known.object)) return { object: known.object, head: null };
  const { statAndRead } = source;
  return trace.time('stat', async () => {
    if (!indexAlone || statAndRead === undefined || known !== null) {
      return { object: await source.stat(key, signal), head: null };
    }
    const { object, body } = await statAndRead(key, HEAD_BYTES, signal);
    return { object, head: await buffer(body) };
  });
}
