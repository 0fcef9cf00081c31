import { respondCached } from '../derived/respond-cached.ts';
import type { Probed } from '../media/probe/probe.ts';
import { openStream } from '../open/open-stream.ts';
import { planHeader } from '../plan/describe-plan.ts';
import { planStream, type StreamPlan } from '../plan/stream-plan.ts';
import { type AnswerContext, planInputOf, type RouteTo } from './answer-context.ts';

/** Answers `/stream` by the cheapest plan that this client plays. */
export async function answerStream(
  { parameters }: RouteTo<'stream'>,
  context: AnswerContext,
  probed: Probed,
): Promise<Response> {
  const plan = planStream(planInputOf(context, probed, parameters, context.request.headers.get('accept')));
  const response = await sendPlanned(plan, context, probed);
  // Another client may get another plan at the same address.
  response.headers.append('vary', 'Accept');
  return response;
}

/** Sends what a plan stands for. */
export async function sendPlanned(
  plan: StreamPlan,
  context: AnswerContext,
  probed: Probed,
): Promise<Response> {
  const { request, services } = context;
  const { engine, derivedCache } = services;
  const representation = await openStream(plan, context, { probed, engine });
  const planned = { representation, plan: planHeader(plan) };
  return respondCached(request, planned, derivedCache, { ...context, follows: false });
}
