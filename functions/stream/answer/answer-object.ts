import type { RequestContext } from '../base/request-context.ts';
import type { FunctionLimits } from '../config/config.ts';
import { clocked } from '../media/transport/clocked.ts';
import { findingOf } from '../open/open-adaptive.ts';
import { CURRENT_VERSION, findObject, probeObject } from '../open/open-object.ts';
import type { Grant } from '../route/authorise.ts';
import { keyUnsigned } from '../route/refusals.ts';
import { cachedAccess } from '../source/cache.ts';
import { answerAdaptive } from './answer-adaptive.ts';
import type { AnswerContext, ObjectRoute } from './answer-context.ts';
import { answerExport } from './answer-export.ts';
import { answerInfo } from './answer-info.ts';
import { answerMedia } from './answer-media.ts';
import { answerResult } from './answer-result.ts';
import { answerStream } from './answer-stream.ts';
import type { Services } from './services.ts';

/** Finds and probes the object, then answers by the route. Throws `Problem`. */
export async function answerObject(
  route: ObjectRoute,
  grant: Grant,
  request: Request,
  requestContext: RequestContext,
  services: Services,
): Promise<Response> {
  const { source, cache, config } = services;
  const { signal } = requestContext;
  if (route.kind !== 'media') services.refuseWhenFull?.();
  // The export would run, and its result could not be fetched.
  if (route.kind === 'export' && grant.kind === 'signed' && grant.prefix === '') throw keyUnsigned();
  const limits = limitsWithin(grant, config.limits);
  const finding = route.kind === 'adaptive' ? findingOf(route, limits) : CURRENT_VERSION;
  const found = await findObject(route.key, services, requestContext, finding);
  const { object } = found;
  const access = cachedAccess(source, object, signal, { cache });
  const context: AnswerContext = {
    ...requestContext,
    ...{ request, grant, services, source, object, access, limits },
  };
  if (route.kind === 'media') return answerMedia(route, context);
  if (route.kind === 'made') return answerResult(route, context);
  const probed = await probeObject(found, services, requestContext);
  const onClock = { ...context, access: clocked(access, probed.clock) };
  switch (route.kind) {
    case 'stream':
      return answerStream(route, onClock, probed);
    case 'adaptive':
      return answerAdaptive(route, onClock, probed);
    case 'info':
      return answerInfo(onClock, probed);
    case 'export':
      return answerExport(route, onClock, probed);
    default:
      return route satisfies never;
  }
}

/** Limits under which a redirect to the store expires no later than the address it answers. */
function limitsWithin(grant: Grant, limits: FunctionLimits): FunctionLimits {
  if (grant.kind === 'open') return limits;
  return { ...limits, presignSeconds: Math.min(limits.presignSeconds, grant.secondsLeft) };
}
