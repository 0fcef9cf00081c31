import { respondCached } from '../derived/respond-cached.ts';
import type { Probed } from '../media/probe/probe.ts';
import { openStream } from '../open/open-stream.ts';
import { planHeader } from '../plan/describe-plan.ts';
import { planStream } from '../plan/stream-plan.ts';
import { type AnswerContext, planInputOf, type RouteTo } from './answer-context.ts';

/** Answers `/stream` by the cheapest plan that this client plays. */
export async function answerStream(
  { parameters }: RouteTo<'stream'>,
  context: AnswerContext,
  probed: Probed,
): Promise<Response> {
  const { request, services } = context;
  const { engine, derivedCache } = services;
  const plan = planStream(planInputOf(context, probed, parameters, request.headers.get('accept')));
  const representation = await openStream(plan, context, { probed, engine });
  const planned = { representation, plan: planHeader(plan) };
  const response = await respondCached(request, planned, derivedCache, { ...context, follows: false });
  // Another client may get another plan at the same address.
  response.headers.append('vary', 'Accept');
  return response;
}
