import { respondCached } from '../derived/respond-cached.ts';
import type { Probed } from '../media/probe/probe.ts';
import { openStoryboard } from '../open/open-storyboard.ts';
import { type AnswerContext, prefixOf, type RouteTo } from './answer-context.ts';

/** Answers `/storyboard`: thumbnails of a film on sheets, and the indexes that tell which is shown when. */
export async function answerStoryboard(
  route: RouteTo<'storyboard'>,
  context: AnswerContext,
  probed: Probed,
): Promise<Response> {
  const { request, grant, services } = context;
  const { engine, derivedCache } = services;
  const secondsLeft = context.secondsLeft();
  const opened = await openStoryboard(route, context, {
    ...{ probed, engine, secondsLeft },
    prefix: prefixOf(grant),
  });
  return respondCached(request, opened, derivedCache, { ...context, follows: true });
}
