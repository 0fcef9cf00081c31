import { respond } from '../http/respond.ts';
import { openResult } from '../open/open-result.ts';
import { type AnswerContext, fileLimits, type RouteTo } from './answer-context.ts';

/** Answers `/made`: the file that an export produced. */
export async function answerResult(route: RouteTo<'made'>, context: AnswerContext): Promise<Response> {
  const file = await openResult(route, context.services.exports?.store ?? null, context);
  return respond(context.request, file, fileLimits(context));
}
