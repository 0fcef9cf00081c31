import { respondCached } from '../derived/respond-cached.ts';
import type { EngineContext } from '../engine/transcode-object.ts';
import type { Probed } from '../media/probe/probe.ts';
import { findBurnt } from '../open/burnt-text.ts';
import { openStream } from '../open/open-stream.ts';
import { heedChanges } from '../open/probe-object.ts';
import { planHeader } from '../plan/describe-plan.ts';
import { foundLoudness } from '../plan/found-loudness.ts';
import { planInput } from '../plan/plan-input.ts';
import { planStream, type StreamPlan } from '../plan/stream-plan.ts';
import type { AnswerContext, RouteTo } from './answer-context.ts';
import { streamAddress, streamVersion } from './recall-stream.ts';

/** Answers `/stream` by the cheapest plan that this client plays. */
export async function answerStream(
  { parameters }: RouteTo<'stream'>,
  context: AnswerContext,
  probed: Probed,
): Promise<Response> {
  const accept = context.request.headers.get('accept');
  const asked = planInput({ ...context, probed }, parameters, accept);
  const input = parameters.burn === null ? asked : await findBurnt(asked, context);
  const plan = planStream(await heedChanges(input, context));
  // A file beside the film may change, and no record would tell.
  const isRecorded = context.services.derivedCache !== null && input.burnt?.kind !== 'file';
  const address = isRecorded ? streamAddress(context.object.key, parameters, accept) : null;
  const response = await sendPlanned(plan, context, { probed, address });
  // Another client may get another plan at the same address.
  response.headers.append('vary', 'Accept');
  return response;
}

/** Sends what a plan stands for; `address` names the record about it, null for none. */
export async function sendPlanned(
  plan: StreamPlan,
  context: AnswerContext,
  { probed, address }: { readonly probed: Probed; readonly address: string | null },
): Promise<Response> {
  const { request, services } = context;
  const { engine, derivedCache } = services;
  const onMeasured = learnsLoudness(context, probed);
  const opened = await openStream(plan, context, { probed, engine, onMeasured });
  const header = planHeader(plan);
  const representation =
    opened.kind === 'file' || address === null
      ? opened
      : {
          ...opened,
          address: { name: address, version: streamVersion(context, services.version), plan: header },
        };
  const planned = { representation, plan: header };
  return respondCached(request, planned, derivedCache, { ...context, follows: false });
}

/** Returns who is told what an output was measured to have, and writes it down once the answer is sent. */
function learnsLoudness(
  { object, services, invocationSignal, waitUntil }: AnswerContext,
  { media }: Probed,
): NonNullable<EngineContext['onMeasured']> {
  return (output, measured) => {
    const found = foundLoudness(media, output, measured);
    if (found === null) return;
    waitUntil(async () => {
      await services.findings.add(object, { loudness: [found] }, invocationSignal);
      return null;
    });
  };
}
