import { respondCached } from '../derived/respond-cached.ts';
import type { Probed } from '../media/probe/probe.ts';
import { openWaveform } from '../open/open-waveform.ts';
import { NO_PARAMETERS } from '../route/parameters.ts';
import { type AnswerContext, planInputOf, type RouteTo } from './answer-context.ts';

/** Answers `/waveform`: the peaks of an audio track. */
export async function answerWaveform(
  { parameters }: RouteTo<'waveform'>,
  context: AnswerContext,
  probed: Probed,
): Promise<Response> {
  const { request, services } = context;
  const { engine, derivedCache } = services;
  const input = planInputOf(context, probed, NO_PARAMETERS, null);
  const opened = openWaveform(parameters, input, context, { probed, engine });
  return respondCached(request, opened, derivedCache, { ...context, follows: true });
}
