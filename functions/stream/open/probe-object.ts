import { Problem } from '../base/problem.ts';
import type { RequestContext } from '../base/request-context.ts';
import type { ObjectContext } from '../http/original.ts';
import { CONTAINERS } from '../media/model/containers.ts';
import type { Decoding } from '../media/model/decoding.ts';
import type { Media } from '../media/model/media.ts';
import { type Probed, probe } from '../media/probe/probe.ts';
import type { ProbeCache } from '../media/probe/probe-cache.ts';
import { type Changes, withChanges } from '../media/transport/changes.ts';
import { findChanges } from '../media/transport/find-changes.ts';
import type { PlanInput } from '../plan/plan-input.ts';
import { planStream } from '../plan/stream-plan.ts';
import type { Slots } from '../sandbox/slots.ts';
import { type BlockCache, type CachedAccess, cachedAccess } from '../source/cache.ts';
import { indexAccess } from '../source/index-access.ts';
import type { Source, StoredObject } from '../source/source.ts';
import { sparseAccess } from '../source/sparse-access.ts';

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

/** Held per probe result, as long as that is cached. */
const known = new WeakMap<Media, Changes>();

/**
 * Returns the input for a plan that heeds what the probe has not seen: what would be repackaged and changes
 * midway is described by no one sample entry, or goes on in another codec.
 */
export async function heedChanges(
  input: PlanInput,
  { source, object, signal }: Pick<ObjectContext, 'source' | 'object' | 'signal'>,
): Promise<PlanInput> {
  const { media, parameters } = input;
  if (!CONTAINERS[media.container].audioMayChange || !isRemuxed(input)) return input;
  const file = sparseAccess(source, object, signal);
  const share = (parameters.durationSeconds ?? Number.POSITIVE_INFINITY) / (media.durationSeconds ?? 0);
  const end = share < 1 ? object.sizeBytes * share + AROUND_BYTES : object.sizeBytes;
  const found = known.get(media) ?? (await findChanges(file, end));
  if (end >= object.sizeBytes) known.set(media, found);
  return { ...input, media: withChanges(media, found) };
}

/** A rate that varies may place the end later than its share of the bytes. */
const AROUND_BYTES = 4 * 2 ** 20;

/** Exports are bounded by other limits, and are repackaged where `/stream` is. */
function isRemuxed(input: PlanInput): boolean {
  const limits = { ...input.limits, maxResponseBytes: Number.POSITIVE_INFINITY };
  try {
    return planStream({ ...input, limits }).kind === 'remux';
  } catch (error) {
    // Whoever plans meets it again.
    if (error instanceof Problem) return false;
    throw error;
  }
}
