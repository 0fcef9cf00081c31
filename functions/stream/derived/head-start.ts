import { finished } from 'node:stream/promises';
import { describeError } from '../base/describe-error.ts';
import type { MemoryCheck } from '../base/memory.ts';
import type { DeferredWork } from '../base/request-context.ts';
import { createTrace, type Trace } from '../base/trace.ts';
import type { Representation } from '../http/representation.ts';
import type { HeadStart } from '../plan/head-start.ts';
import type { CacheContext } from './cache-context.ts';
import type { DerivedCache } from './derived-cache.ts';

export type HeadStartContext = Pick<CacheContext, 'invocationSignal' | 'limits'> & {
  readonly derivedCache: DerivedCache;
  readonly refuseWhenFull: MemoryCheck | undefined;
  /**
   * Opens the segment as for a viewer, so that its name in the store is the same. Rejects if that takes too
   * long.
   */
  open(ask: HeadStart['asks'][number], trace: Trace): Promise<Representation>;
};

/** `stopped` says why the following segments are not begun. */
type Outcome = { readonly kind: 'cached' | 'produced' } | { readonly kind: 'stopped'; readonly why: string };

/**
 * Produces segments ahead of the viewer, one after the other, once the answer was sent in full. It passes
 * over cached segments, so that a viewer who reads from the cache has as many ahead as one who does not. It
 * ends at the first segment that another instance produces, since that instance goes on as well.
 */
export function headStart({ asks, withinSeconds }: HeadStart, context: HeadStartContext): DeferredWork {
  return async (isWhole) => {
    if (!isWhole) return null;
    const until = performance.now() + withinSeconds * 1000;
    const trace = createTrace();
    const indexes: number[] = [];
    for (const ask of asks) {
      if (performance.now() >= until) return told(indexes, 'its time is up');
      const outcome = await produceOne(ask, trace, context);
      if (outcome.kind === 'produced') indexes.push(ask.index);
      if (outcome.kind === 'stopped') return told(indexes, outcome.why);
    }
    return told(indexes, null);

    function told(ahead: readonly number[], stopped: string | null) {
      if (ahead.length === 0 && stopped === null) return null;
      return { ahead, timing: trace.serverTiming(), ...(stopped === null ? {} : { stopped }) };
    }
  };
}

/** Never rejects: nobody waits for it, and a viewer who asks for the segment learns what is wrong. */
async function produceOne(
  ask: HeadStart['asks'][number],
  trace: Trace,
  { open, derivedCache, invocationSignal, limits, refuseWhenFull }: HeadStartContext,
): Promise<Outcome> {
  const deferred: DeferredWork[] = [];
  const waitUntil = (work: DeferredWork) => void deferred.push(work);
  const context = { signal: invocationSignal, invocationSignal, trace, limits, waitUntil };
  const finishCaching = () => Promise.all(deferred.splice(0).map((work) => work(true)));
  try {
    const live = await open(ask, trace);
    if (live.kind !== 'live') return { kind: 'stopped', why: 'it needs no work' };
    if ((await derivedCache.find(live, context)) !== null) return { kind: 'cached' };
    refuseWhenFull?.();
    const body = await derivedCache.begin(live, context);
    if (body === null)
      return { kind: 'stopped', why: 'another instance produces it, or the store does not answer' };
    body.resume();
    await finished(body);
    const ends = await finishCaching();
    return ends.some((fields) => fields?.cached !== undefined)
      ? { kind: 'produced' }
      : { kind: 'stopped', why: 'it could not be cached' };
  } catch (error) {
    return { kind: 'stopped', why: describeError(error) };
  } finally {
    await finishCaching();
  }
}
