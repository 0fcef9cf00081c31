import { buffer } from 'node:stream/consumers';
import type { RequestContext } from '../base/request-context.ts';
import type { Decoding } from '../media/model/decoding.ts';
import { type Probed, probe } from '../media/probe/probe.ts';
import type { ProbeCache } from '../media/probe/probe-cache.ts';
import type { Slots } from '../sandbox/slots.ts';
import { type BlockCache, cachedAccess } from '../source/cache.ts';
import { indexAccess } from '../source/index-access.ts';
import type { Source, StoredObject } from '../source/source.ts';

/** The process's means of reading and probing objects. */
export type ProbeServices = {
  readonly source: Source;
  readonly cache: BlockCache;
  readonly probes: ProbeCache;
  readonly slots?: Slots | undefined;
  readonly decoding?: Decoding | undefined;
  readonly config: { readonly ffprobePath: string };
};

/** An object's present version, with its beginning where one request brought both. */
export type FoundObject = { readonly object: StoredObject; readonly head: Uint8Array | null };

/** How an object is looked for. */
export type Finding = {
  /**
   * Who reads the index and then stretches of media has no use for whole blocks, as ffmpeg has: one request brings the
   * object's beginning along.
   */
  readonly indexAlone: boolean;
  /**
   * Whether the address names this version. One that the store has confirmed a moment ago is then taken without asking
   * it again.
   */
  readonly names: (object: StoredObject) => boolean;
};

export const CURRENT_VERSION: Finding = { indexAlone: false, names: () => false };

/** Enough for the headers of a file, and little beside a segment. */
const HEAD_BYTES = 64 * 1024;

/** The object as it is now, or in the version that its address names, in one request at the most. */
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

/** Probes the object, or takes what this process knows of it. */
export async function probeObject(
  { object, head }: FoundObject,
  { source, cache, probes, slots, decoding, config }: ProbeServices,
  { signal, trace }: Pick<RequestContext, 'signal' | 'trace'>,
): Promise<Probed> {
  const { ffprobePath } = config;
  return trace.time('probe', () =>
    probes.get(object, signal, async (within) => {
      const file = cachedAccess(source, object, within, { cache });
      const index =
        head === null ? file : indexAccess({ source, object, head, blocks: file, signal: within });
      return probe({ file, index, object, ffprobePath, slots, decoding, signal: within });
    }),
  );
}
