import type { Readable } from 'node:stream';
import { LRUCache } from 'lru-cache';
import { openOriginal } from '../http/original.ts';
import type { FileRepresentation, LiveRepresentation } from '../http/representation.ts';
import type { StoredObject } from '../source/source.ts';
import { type AddressRecord, readAddress, writeAddress } from './address-records.ts';
import type { CacheContext, FollowingContext } from './cache-context.ts';
import { findProducer, leaseSegment } from './find-producer.ts';
import { guardStore, PATIENCE, type Patience } from './guarded-store.ts';
import type { Lease } from './lease.ts';
import { produceCached } from './produce-cached.ts';
import { readCached, readWhole } from './read-cached.ts';
import type { DerivedStore } from './store.ts';

/** Finds cached outputs and caches new ones. Create it once for a process. */
export type DerivedCache = {
  /** Returns what an address was answered with last, by any instance; null if nobody noted it. */
  recall(address: string, context: Pick<CacheContext, 'signal' | 'trace'>): Promise<AddressRecord | null>;
  /** Returns the output of which a record tells. It is found missing only when it is opened. */
  recalled(record: AddressRecord, context: CacheContext): FileRepresentation;
  /** Returns the cached output of `live`; null if there is none or the store does not answer in time. */
  find(live: LiveRepresentation, context: CacheContext): Promise<FileRepresentation | null>;
  /** Returns `live` with a body that is cached while it is read. */
  caching(live: LiveRepresentation, context: FollowingContext): LiveRepresentation;
  /**
   * Begins a segment that nobody waits for; null if another instance produces it or the store does not
   * answer.
   */
  begin(live: LiveRepresentation, context: CacheContext): Promise<Readable | null>;
};

export type DerivedCacheOptions = {
  readonly patience?: Patience;
  /** How long to wait for another producer while it is alive. */
  readonly followMilliseconds?: number;
  /** Is called when the store fails or is too slow for a viewer. */
  readonly onFailure: (error: unknown) => void;
};

const FOLLOW_MILLISECONDS = 10_000;
const MOST_REMEMBERED = 1_000;

export function createDerivedCache(store: DerivedStore, options: DerivedCacheOptions): DerivedCache {
  const { patience = PATIENCE, followMilliseconds = FOLLOW_MILLISECONDS, onFailure } = options;
  const guarded = guardStore(store, patience, onFailure);
  /** Names known to be cached, which are read without a look-up. */
  const remembered = new LRUCache<string, StoredObject>({ max: MOST_REMEMBERED });
  return {
    recall: (address, { signal, trace }) => trace.time('recall', () => readAddress(guarded, address, signal)),

    recalled: ({ output, contentType }, context) => cachedFile(output, contentType, context),

    async find(live, context) {
      const name = nameOf(live);
      const known = remembered.get(name);
      if (known !== undefined) return cachedFile(known, live.contentType, context);
      const look = () => guarded.ask((_, within) => store.find(name, within), context.signal);
      const found = await context.trace.time('cache', look);
      if (!found?.answer) return null;
      remembered.set(name, found.answer);
      return cachedFile(found.answer, live.contentType, context);
    },

    caching: (live, context) => ({
      ...live,
      async open() {
        const find = () => findProducer(guarded, nameOf(live), context, followMilliseconds);
        const producer = await context.trace.time('lease', find);
        switch (producer.kind) {
          case 'self':
            return make(live, producer.lease, context);
          case 'other':
            return (await readWhole(guarded, producer.object, context.signal)) ?? live.open();
          case 'unknown':
            return live.open();
          default:
            return producer satisfies never;
        }
      },
    }),

    async begin(live, context) {
      const lease = await leaseSegment(guarded, nameOf(live), context);
      return lease && make(live, lease, context);
    },
  };

  function make(live: LiveRepresentation, lease: Lease, context: CacheContext): Promise<Readable> {
    const onPublished = (object: StoredObject) => noteAddress(live, object, context.invocationSignal);
    return produceCached({ guarded, name: nameOf(live), lease, live, onPublished }, context);
  }

  /**
   * Lets other instances find an output by its address. Only the request that produced it is noted, so that there are
   * no more records than outputs. Viewers can do without: a failure is reported.
   */
  async function noteAddress(
    { address, contentType }: LiveRepresentation,
    output: StoredObject,
    signal: AbortSignal,
  ): Promise<void> {
    if (address === undefined) return;
    const { name, version, plan } = address;
    await writeAddress(guarded, name, { version, plan, contentType, output }, signal).catch(onFailure);
  }

  function cachedFile(
    object: StoredObject,
    contentType: string,
    { signal, trace, limits }: CacheContext,
  ): FileRepresentation {
    const options = { contentType, contentDisposition: null, presignSeconds: limits.presignSeconds };
    const read: DerivedStore['read'] = (...asked) =>
      readCached(guarded, ...asked).catch((error: unknown) => {
        // It may have expired; forget it, so that it is produced again.
        remembered.delete(object.key);
        throw error;
      });
    const opened = openOriginal({ source: { ...store, read }, object, signal, trace }, options);
    // The date is the one of the cached copy and says nothing about the source.
    return { ...opened, lastModified: null };
  }
}

/** The tag of a live answer identifies the object with its version, the plan and the engine's version. */
function nameOf({ etag, contentType }: LiveRepresentation): string {
  const [, hash] = /^(?:W\/)?"([\w-]+)"$/.exec(etag) ?? [];
  if (hash === undefined) throw new TypeError(`${etag} is not a tag that can name a cached output.`);
  return `made/${hash}.${contentType.slice(contentType.indexOf('/') + 1)}`;
}
