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
  /** As for a viewer, so that it has the same name in the store; rejects where it cannot be made in time. */
  open(ask: HeadStart['asks'][number], trace: Trace): Promise<Representation>;
};

/** `stopped`: why the ones behind it are not begun. */
type Outcome = { readonly kind: 'cached' | 'produced' } | { readonly kind: 'stopped'; readonly why: string };

/**
 * Makes segments ahead of the viewer, one after the other, once the answer was sent in full. One that is kept is passed
 * over, so that a viewer who reads what is kept has as many ahead as one who does not; the first that another makes ends
 * it, since that one goes on as well.
 */
export function headStart({ asks, withinSeconds }: HeadStart, context: HeadStartContext): DeferredWork {
  return async (isWhole) => {
    if (!isWhole) return null;
    const until = performance.now() + withinSeconds * 1000;
    const trace = createTrace();
    const indexes: number[] = [];
    for (const ask of asks) {
      if (performance.now() >= until) return told(indexes, 'its time is over');
      const outcome = await makeOne(ask, trace, context);
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

/** Never rejects: nobody waits for it, and whoever asks for the segment learns what is wrong. */
async function makeOne(
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
    if (live.kind !== 'live') return { kind: 'stopped', why: 'it is no work' };
    if ((await derivedCache.find(live, context)) !== null) return { kind: 'cached' };
    refuseWhenFull?.();
    const body = await derivedCache.begin(live, context);
    if (body === null) return { kind: 'stopped', why: 'another makes it, or the store does not answer' };
    body.resume();
    await finished(body);
    const ends = await finishCaching();
    return ends.some((fields) => fields?.cached !== undefined)
      ? { kind: 'produced' }
      : { kind: 'stopped', why: 'it could not be kept' };
  } catch (error) {
    return { kind: 'stopped', why: describeError(error) };
  } finally {
    await finishCaching();
  }
}
