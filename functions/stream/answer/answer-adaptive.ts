import { openCached } from '../derived/open-cached.ts';
import { respondCached } from '../derived/respond-cached.ts';
import { NEVER } from '../http/caching.ts';
import type { Representation } from '../http/representation.ts';
import type { Probed } from '../media/probe/probe.ts';
import { openAdaptive } from '../open/open-adaptive.ts';
import { planHeadStart } from '../plan/head-start.ts';
import { type AnswerContext, prefixOf, type RouteTo } from './answer-context.ts';
import { prefetchSegments } from './prefetch-segments.ts';

/** Answers `/hls` and `/dash`: a playlist, a manifest or a segment. */
export async function answerAdaptive(
  route: RouteTo<'adaptive'>,
  context: AnswerContext,
  probed: Probed,
): Promise<Response> {
  const { request, services } = context;
  const { engine, derivedCache } = services;
  const secondsLeft = context.secondsLeft();
  const following = { ...context, follows: true };
  const readOutput = (output: Representation) => openCached(output, derivedCache, following);
  const prefix = prefixOf(context.grant);
  const opened = await openAdaptive(route, context, { probed, engine, secondsLeft, readOutput, prefix });
  const response = await respondCached(request, opened, derivedCache, following);
  // Nobody else is to get it from CloudFront's cache.
  if (opened.lacksTexts) response.headers.set('cache-control', NEVER);
  const ahead = planHeadStart(route.ask, opened.rendition, services.config.headStartSegments);
  // A cached segment counts as well: its viewer goes on.
  if (ahead !== null && request.method === 'GET' && response.ok) {
    prefetchSegments(ahead, route.version, context, probed);
  }
  return response;
}
