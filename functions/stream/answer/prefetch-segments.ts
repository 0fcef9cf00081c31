import { headStart } from '../derived/head-start.ts';
import { openWhole } from '../http/open-whole.ts';
import type { Probed } from '../media/probe/probe.ts';
import { openAdaptive } from '../open/open-adaptive.ts';
import type { HeadStart } from '../plan/head-start.ts';
import { afterAnswer } from './after-answer.ts';
import type { AnswerContext } from './answer-context.ts';

/** Encodes and caches the planned segments once the answer is sent, of the same version of the object. */
export function prefetchSegments(
  ahead: HeadStart,
  version: string | null,
  context: AnswerContext,
  probed: Probed,
): void {
  const { limits, services, invocationSignal } = context;
  const { derivedCache, engine, refuseWhenFull } = services;
  if (derivedCache === null) return;
  const after = afterAnswer(context, probed);
  const work = headStart(ahead, {
    ...{ derivedCache, refuseWhenFull, invocationSignal, limits },
    async open(ask, trace) {
      const secondsLeft = context.secondsLeft();
      const parts = { probed, engine, secondsLeft, readOutput: openWhole, prefix: '' };
      const { representation } = await openAdaptive({ ask, version }, { ...after, trace }, parts);
      return representation;
    },
  });
  context.waitUntil(work);
}
