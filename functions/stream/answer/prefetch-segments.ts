import { headStart } from '../derived/head-start.ts';
import { openWhole } from '../http/open-whole.ts';
import type { Probed } from '../media/probe/probe.ts';
import { clocked } from '../media/transport/clocked.ts';
import { openAdaptive } from '../open/open-adaptive.ts';
import type { HeadStart } from '../plan/head-start.ts';
import { cachedAccess } from '../source/cache.ts';
import type { AnswerContext } from './answer-context.ts';

/** Encodes and caches the planned segments once the answer is sent, of the same version of the object. */
export function prefetchSegments(
  ahead: HeadStart,
  version: string | null,
  context: AnswerContext,
  probed: Probed,
): void {
  const { source, object, limits, services, invocationSignal } = context;
  const { derivedCache, engine, cache, refuseWhenFull } = services;
  if (derivedCache === null) return;
  // The request's own signal ends with the answer, and with it its reads of the source.
  const access = clocked(cachedAccess(source, object, invocationSignal, { cache }), probed.clock);
  const work = headStart(ahead, {
    ...{ derivedCache, refuseWhenFull, invocationSignal, limits },
    async open(ask, trace) {
      const later = { ...context, access, signal: invocationSignal, trace };
      const secondsLeft = context.secondsLeft();
      const parts = { probed, engine, secondsLeft, readOutput: openWhole, prefix: '' };
      const { representation } = await openAdaptive({ ask, version }, later, parts);
      return representation;
    },
  });
  context.waitUntil(work);
}
