import type { Invocation } from '../base/request-context.ts';
import { headStart } from '../derived/head-start.ts';
import type { Desk } from '../http/original.ts';
import type { Probed } from '../media/probe/probe.ts';
import { clocked } from '../media/transport/clocked.ts';
import { openAdaptive } from '../open/open-adaptive.ts';
import type { HeadStart } from '../plan/head-start.ts';
import { cachedAccess } from '../source/cache.ts';
import type { Services } from './services.ts';

type Answered = {
  readonly desk: Desk;
  readonly probed: Probed;
  readonly invocation: Invocation;
  readonly services: Pick<Services, 'engine' | 'keeper' | 'cache' | 'refuseWhenFull'>;
};

/** Has the planned segments made after the answer, of the version of the object that the answer is of, and kept. */
export function goOnAhead(
  ahead: HeadStart,
  version: string | null,
  { desk, probed, invocation, services }: Answered,
): void {
  const { keeper, engine, cache, refuseWhenFull } = services;
  if (keeper === null) return;
  // Whatever the request holds ends with the answer, its reads of the source included.
  const { lasting: signal } = invocation;
  const access = clocked(cachedAccess(desk.source, desk.object, signal, { cache }), probed.clock);
  const work = headStart(ahead, {
    keeper,
    refuseWhenFull,
    lasting: signal,
    limits: desk.limits,
    async open(ask, trace) {
      const later = { ...desk, access, signal, trace };
      const secondsLeft = invocation.secondsLeft();
      const { representation } = await openAdaptive({ ask, version }, later, { probed, engine, secondsLeft });
      return representation;
    },
  });
  invocation.afterwards(work);
}
