import type { RequestContext } from '../base/request-context.ts';
import { type Probed, probe } from '../media/probe/probe.ts';
import { cachedAccess } from '../source/cache.ts';
import { indexAccess } from '../source/index-access.ts';
import type { FoundObject, ProbeServices } from './find-object.ts';

/** Probes the object, or returns what this process knows of it. */
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
