import type { RequestContext } from '../base/request-context.ts';
import { type Probed, probe } from '../media/probe/probe.ts';
import { type CachedAccess, cachedAccess } from '../source/cache.ts';
import { indexAccess } from '../source/index-access.ts';
import type { FoundObject, ProbeServices } from './find-object.ts';

/**
 * Probes the object, or returns what this process knows of it. What the probe has opened stays open for `access`, with
 * which the request reads on.
 */
export async function probeObject(
  { object, head }: FoundObject,
  { source, cache, probes, slots, decoding, config }: ProbeServices,
  { signal, trace, access }: Pick<RequestContext, 'signal' | 'trace'> & { readonly access?: CachedAccess },
): Promise<Probed> {
  const { ffprobePath } = config;
  return trace.time('probe', () =>
    probes.get(object, signal, async (within) => {
      const file = cachedAccess(source, object, within, { cache });
      const index =
        head === null ? file : indexAccess({ source, object, head, blocks: file, signal: within });
      const heir = access && { file: access, signal };
      return probe({ file, index, object, ffprobePath, slots, decoding, signal: within, heir });
    }),
  );
}
