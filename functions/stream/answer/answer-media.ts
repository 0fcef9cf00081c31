import { respond } from '../http/respond.ts';
import { openMedia } from '../open/open-media.ts';
import { type AnswerContext, fileLimits, type RouteTo } from './answer-context.ts';

/** Answers `/media`: the object's own bytes, or its MP4 with the index in front. */
export async function answerMedia(
  { parameters }: RouteTo<'media'>,
  context: AnswerContext,
): Promise<Response> {
  const { representation, plan } = await openMedia(parameters, context);
  const response = await respond(context.request, representation, fileLimits(context));
  response.headers.set('sluice-plan', plan);
  return response;
}
