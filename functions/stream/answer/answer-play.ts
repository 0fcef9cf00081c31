import type { Probed } from '../media/probe/probe.ts';
import { heedChanges } from '../open/probe-object.ts';
import { redirectHeader } from '../plan/describe-plan.ts';
import { planInput } from '../plan/plan-input.ts';
import { isApple, PLAYER_HEADERS, planPlay } from '../plan/play-plan.ts';
import { addressOf } from '../route/address-of.ts';
import { keyUnsigned } from '../route/refusals.ts';
import { ROUTES } from '../route/routes.ts';
import { NO_PARAMETERS } from '../route/stream-parameters.ts';
import { type AnswerContext, prefixOf, type RouteTo } from './answer-context.ts';
import { sendPlanned } from './answer-stream.ts';

/** Answers `/play` with what the asking client plays: the file, what `/stream` sends, or the way to HLS. */
export async function answerPlay(
  { key }: RouteTo<'play'>,
  context: AnswerContext,
  probed: Probed,
): Promise<Response> {
  const { headers } = context.request;
  if (context.encryption !== null) return toHls(key, 'films are sent encrypted', context);
  const input = await heedChanges(
    planInput({ ...context, probed }, NO_PARAMETERS, headers.get('accept')),
    context,
  );
  const play = planPlay(input, isApple(headers) ? 'apple' : 'other');
  const response =
    play.kind === 'stream'
      ? await sendPlanned(play.plan, context, { probed, address: null })
      : toHls(key, play.reason, context);
  response.headers.append('vary', PLAYER_HEADERS.join(', '));
  return response;
}

function toHls(key: string, reason: string, { grant }: AnswerContext): Response {
  const prefix = prefixOf(grant);
  if (grant.kind === 'signed' && prefix === '') throw keyUnsigned('HLS, which this client needs,');
  const location = `${prefix}${addressOf('hls', key)}${ROUTES.hls.entry}`;
  // Temporary, since the next client may get the file.
  return new Response(null, { status: 307, headers: { location, 'sluice-plan': redirectHeader(reason) } });
}
