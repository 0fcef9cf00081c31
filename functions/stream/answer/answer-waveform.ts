import { Readable } from 'node:stream';
import { Problem } from '../base/problem.ts';
import { respondCached } from '../derived/respond-cached.ts';
import { LINES, namesLines } from '../export/api/wire.ts';
import { bodyOf } from '../http/body.ts';
import { NEVER } from '../http/caching.ts';
import type { Probed } from '../media/probe/probe.ts';
import { openWaveform } from '../open/open-waveform.ts';
import { planInput } from '../plan/plan-input.ts';
import { NO_PARAMETERS } from '../route/stream-parameters.ts';
import type { AnswerContext, RouteTo } from './answer-context.ts';
import { reportWaveform } from './report-waveform.ts';

/** Answers `/waveform`: the peaks of an audio track; with its progress, if the client accepts lines of JSON. */
export async function answerWaveform(
  { parameters }: RouteTo<'waveform'>,
  context: AnswerContext,
  probed: Probed,
): Promise<Response> {
  const { request, services } = context;
  const { engine, derivedCache } = services;
  const isJson = parameters.format === 'json' || parameters.format === 'peaks';
  const reports = namesLines(request.headers.get('accept'));
  if (reports && !isJson) {
    throw new Problem('not-acceptable', 'Only format=json and format=peaks come with their progress.');
  }
  let secondsDone = 0;
  const onSeconds = (seconds: number) => {
    secondsDone = seconds;
  };
  const input = planInput({ ...context, probed }, NO_PARAMETERS, null);
  const opened = openWaveform(parameters, input, context, { probed, engine, onSeconds });
  const answer = (asked: Request) =>
    respondCached(asked, opened, derivedCache, { ...context, follows: true });
  if (!reports) {
    const response = await answer(request);
    if (isJson) response.headers.append('vary', 'Accept');
    return response;
  }
  const headers = {
    'content-type': LINES.contentType,
    'sluice-plan': opened.plan,
    'cache-control': NEVER,
    vary: 'Accept',
  };
  if (request.method === 'HEAD') return new Response(null, { headers });
  const lines = reportWaveform(
    {
      // Without its conditions and ranges, which are not about this answer.
      answer: () => answer(new Request(request.url)),
      secondsDone: () => secondsDone,
      secondsTotal: opened.secondsTotal,
    },
    context,
  );
  return new Response(bodyOf(Readable.from(lines, { objectMode: false })), { headers });
}
