import { respondCached } from '../derived/respond-cached.ts';
import type { Probed } from '../media/probe/probe.ts';
import { openImage } from '../open/open-image.ts';
import type { AnswerContext, RouteTo } from './answer-context.ts';

/** Answers `/image`: a frame of a film, or the cover art of a song. */
export async function answerImage(
  { parameters }: RouteTo<'image'>,
  context: AnswerContext,
  probed: Probed,
): Promise<Response> {
  const { request, services } = context;
  const { engine, derivedCache } = services;
  const accept = request.headers.get('accept');
  const secondsLeft = context.secondsLeft();
  const opened = await openImage(parameters, accept, context, { probed, engine, secondsLeft });
  const response = await respondCached(request, opened, derivedCache, { ...context, follows: true });
  if (parameters.format === 'auto') response.headers.append('vary', 'Accept');
  return response;
}
