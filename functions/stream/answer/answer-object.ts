import { describeError } from '../base/describe-error.ts';
import { Problem } from '../base/problem.ts';
import type { Invocation } from '../base/request-context.ts';
import type { FunctionLimits } from '../config/config.ts';
import { respondMade } from '../derived/respond-made.ts';
import { answerExport } from '../export/api/ask.ts';
import { jsonResponse } from '../http/json.ts';
import type { Desk } from '../http/original.ts';
import { type ResponseLimits, respond } from '../http/respond.ts';
import type { Probed } from '../media/probe/probe.ts';
import { clocked } from '../media/transport/clocked.ts';
import { findingOf, openAdaptive } from '../open/open-adaptive.ts';
import { openMade } from '../open/open-made.ts';
import { openMedia } from '../open/open-media.ts';
import { AS_IT_IS_NOW, findObject, probeObject } from '../open/open-object.ts';
import { presentationOrProblem } from '../open/open-presentation.ts';
import { openStream } from '../open/open-stream.ts';
import { questionAbout } from '../open/question-about.ts';
import { planHeader } from '../plan/describe-plan.ts';
import { planHeadStart } from '../plan/head-start.ts';
import { describeObject } from '../plan/info.ts';
import { planExport } from '../plan/plan-export.ts';
import type { Question } from '../plan/question.ts';
import { planStream } from '../plan/stream-plan.ts';
import type { Grant } from '../route/authorise.ts';
import { NO_WISHES, type StreamParameters } from '../route/parameters.ts';
import { keyUnsigned } from '../route/refusals.ts';
import type { Route } from '../route/route.ts';
import { cachedAccess } from '../source/cache.ts';
import { goOnAhead } from './go-on-ahead.ts';
import type { Services } from './services.ts';

export type ObjectRoute = Extract<Route, { key: string }>;
type RouteTo<Kind extends ObjectRoute['kind']> = Extract<Route, { kind: Kind }>;

type Asked = {
  readonly request: Request;
  readonly invocation: Invocation;
  readonly grant: Grant;
  readonly desk: Desk & { readonly limits: FunctionLimits };
  readonly services: Services;
};

/** Stat and probe; then what the address is about: plan, open, respond. Throws `Problem`. */
export async function answerObject(
  route: ObjectRoute,
  grant: Grant,
  request: Request,
  invocation: Invocation,
  services: Services,
): Promise<Response> {
  const { source, cache, probes, slots, decoding, config } = services;
  const { trace, signal } = invocation;
  if (route.kind !== 'media') services.refuseWhenFull?.();
  // Its result would be made, and could not be fetched.
  if (route.kind === 'export' && grant.kind === 'signed' && grant.prefix === '') throw keyUnsigned();
  const limits = limitsWithin(grant, config.limits);
  const finder = { source, cache, probes, ffprobePath: config.ffprobePath, slots, decoding, signal, trace };
  const found = await findObject(
    route.key,
    finder,
    route.kind === 'adaptive' ? findingOf(route, limits) : AS_IT_IS_NOW,
  );
  const { object } = found;
  const access = cachedAccess(source, object, signal, { cache });
  const desk = { source, object, access, limits, signal, trace };
  const about = { request, invocation, grant, desk, services };
  if (route.kind === 'media') return answerMedia(route, about);
  if (route.kind === 'made') return answerMade(route, about);
  const probed = await probeObject(found, finder);
  const asked = { ...about, desk: { ...desk, access: clocked(access, probed.clock) } };
  switch (route.kind) {
    case 'stream':
      return answerStream(route, asked, probed);
    case 'adaptive':
      return answerAdaptive(route, asked, probed);
    case 'info':
      return answerInfo(asked, probed);
    case 'export':
      return exportObject(route, asked, probed);
    default:
      return route satisfies never;
  }
}

async function answerMedia({ parameters }: RouteTo<'media'>, asked: Asked): Promise<Response> {
  const { representation, plan } = await openMedia(parameters, asked.desk);
  const response = await respond(asked.request, representation, limitsOfFiles(asked));
  response.headers.set('sluice-plan', plan);
  return response;
}

async function answerMade(route: RouteTo<'made'>, asked: Asked): Promise<Response> {
  const file = await openMade(route, asked.services.exports?.store ?? null, asked.desk);
  return respond(asked.request, file, limitsOfFiles(asked));
}

async function answerStream(route: RouteTo<'stream'>, asked: Asked, probed: Probed): Promise<Response> {
  const { request, invocation, desk, services } = asked;
  const { limits } = desk;
  const plan = planStream(questionOf(asked, probed, route.parameters, request.headers.get('accept')));
  const representation = await openStream(plan, desk, { probed, engine: services.engine });
  const made = { representation, plan: planHeader(plan) };
  const response = await respondMade(request, made, services.keeper, {
    ...invocation,
    limits,
    follows: false,
  });
  // Another client may get another plan at the same address.
  response.headers.append('vary', 'Accept');
  return response;
}

async function answerAdaptive(route: RouteTo<'adaptive'>, asked: Asked, probed: Probed): Promise<Response> {
  const { request, invocation, desk, services } = asked;
  const { limits } = desk;
  const { representation, plan, rendition } = await openAdaptive(route, desk, {
    probed,
    engine: services.engine,
    secondsLeft: invocation.secondsLeft(),
  });
  const made = { representation, plan };
  const response = await respondMade(request, made, services.keeper, {
    ...invocation,
    limits,
    follows: true,
  });
  const ahead = planHeadStart(route.ask, rendition, services.config.headStartSegments);
  // Also where the segment was kept: its viewer goes on as well.
  if (ahead !== null && request.method === 'GET' && response.ok) {
    goOnAhead(ahead, route.version, { desk, probed, invocation, services });
  }
  return response;
}

async function answerInfo(asked: Asked, probed: Probed): Promise<Response> {
  const { desk, grant, services } = asked;
  const offer = await presentationOrProblem(desk, probed);
  const { memoryMegabytes } = services.config;
  const about = { prefix: prefixOf(grant), memoryMegabytes, hasExports: services.exports !== null };
  return jsonResponse(describeObject(desk.object, questionOf(asked, probed, NO_WISHES, null), offer, about));
}

async function exportObject({ parameters }: RouteTo<'export'>, asked: Asked, probed: Probed) {
  const { request, invocation, grant, desk, services } = asked;
  if (services.exports === null) {
    throw new Problem(
      'exports-off',
      'Exports need a place to keep what they make (setting DERIVED_BUCKET or DERIVED_DIR), and this service has none.',
    );
  }
  const { secondsLeft } = invocation;
  const { object, signal } = desk;
  const plan = planExport(questionOf(asked, probed, parameters, null));
  const prefix = prefixOf(grant);
  const onFailure = (error: unknown) => desk.trace.note({ following: describeError(error) });
  const asking = { object, parameters, plan, prefix, secondsLeft, signal, onFailure };
  return answerExport(request, { ...services.exports, ...asking });
}

/** Seconds pass while a request is answered, so that each question is asked anew. */
function questionOf(
  { invocation, desk }: Asked,
  probed: Probed,
  parameters: StreamParameters,
  accept: string | null,
): Question {
  return questionAbout({ ...desk, probed, secondsLeft: invocation.secondsLeft() }, parameters, accept);
}

/** Of what is saved as often as it is played. */
function limitsOfFiles({ desk, services }: Asked): ResponseLimits {
  return { ...desk.limits, redirectsWhole: services.config.redirectDownloads };
}

/** What opens other addresses of the same key to whoever was let in. */
function prefixOf(grant: Grant): string {
  return grant.kind === 'signed' ? grant.prefix : '';
}

/** A redirect to the store holds no longer than the address that it answers. */
function limitsWithin(grant: Grant, limits: FunctionLimits): FunctionLimits {
  if (grant.kind === 'open') return limits;
  return { ...limits, presignSeconds: Math.min(limits.presignSeconds, grant.secondsLeft) };
}
