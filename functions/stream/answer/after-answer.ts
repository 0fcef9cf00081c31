import type { Probed } from '../media/probe/probe.ts';
import { clocked } from '../media/transport/clocked.ts';
import { cachedAccess } from '../source/cache.ts';
import type { AnswerContext } from './answer-context.ts';

/**
 * Returns the context of work on the same version of the object that goes on once the answer is sent. The request's own
 * signal ends with the answer, and with it its reads of the source.
 */
export function afterAnswer(context: AnswerContext, { clock }: Probed): AnswerContext {
  const { source, object, services, invocationSignal: signal } = context;
  const access = clocked(cachedAccess(source, object, signal, { cache: services.cache }), clock);
  return { ...context, access, signal };
}
