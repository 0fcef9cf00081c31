import type { Config, Limits } from './config.ts';
import type { Keeper } from './derived/keeper.ts';
import { respondMade } from './derived/respond-made.ts';
import type { Engine } from './engine/ffmpeg.ts';
import type { Slots } from './engine/slots.ts';
import { answerExport, type Exports } from './export/ask.ts';
import { addCors, optionsResponse } from './http/cors.ts';
import { describeError } from './http/describe-error.ts';
import { jsonResponse, prefersJson } from './http/json.ts';
import type { App, Invocation } from './http/lambda.ts';
import { pageResponse } from './http/page.ts';
import { Problem } from './http/problem.ts';
import { asProblem, problemResponse } from './http/problem-response.ts';
import { respond } from './http/respond.ts';
import type { ProbeCache } from './media/probe-cache.ts';
import type { MemoryCheck } from './memory.ts';
import { findingOf, openAdaptive } from './open/open-adaptive.ts';
import { openMade } from './open/open-made.ts';
import { openMedia } from './open/open-media.ts';
import { AS_IT_IS_NOW, findObject, probeObject } from './open/open-object.ts';
import { presentationOrProblem } from './open/open-presentation.ts';
import { openStream } from './open/open-stream.ts';
import { storeOrigins } from './open/original.ts';
import { clientOf } from './plan/client.ts';
import { planHeader } from './plan/describe.ts';
import { describeObject } from './plan/info.ts';
import { planExport } from './plan/plan-export.ts';
import type { Question } from './plan/question.ts';
import { planStream } from './plan/stream-plan.ts';
import { type Access, authorise, type Grant } from './route/authorise.ts';
import { NO_WISHES, type StreamParameters } from './route/parameters.ts';
import { parseRoute, type Route } from './route/route.ts';
import { splitToken } from './route/token.ts';
import { type BlockCache, cachedAccess } from './source/cache.ts';
import type { Source } from './source/source.ts';

export type Parts = {
  readonly source: Source;
  readonly access: Access;
  readonly engine: Engine;
  /** What ffprobe is started in, as the engine is; without, any number. */
  readonly slots?: Slots;
  /** Throws where a request may not be begun for want of memory. */
  readonly refuseWhenFull?: MemoryCheck;
  /** Null where nothing is kept. */
  readonly keeper: Keeper | null;
  /** Null where nothing is kept. */
  readonly exports: Exports | null;
  readonly cache: BlockCache;
  readonly probes: ProbeCache;
  readonly config: Config;
  readonly page: string;
  readonly version: string;
  readonly ffmpegVersion: () => Promise<string>;
};

/** The way of a request: route, authorise, stat, probe, plan, open, respond. Never rejects. */
export function createApp(parts: Parts): App {
  return async (request, invocation) => {
    const { requestId, trace, signal } = invocation;
    const response = await answer(request, invocation, parts).catch((error: unknown) => {
      const problem = asProblem(error, signal);
      trace.note({
        problem: problem.type,
        ...(problem.cause ? { cause: describeError(problem.cause) } : {}),
      });
      return problemResponse(problem, requestId);
    });
    addCors(response.headers, request.headers.get('origin'), parts.config.allowedOrigins);
    const timing = trace.serverTiming();
    if (timing !== '') response.headers.set('server-timing', timing);
    return response;
  };
}

async function answer(request: Request, invocation: Invocation, parts: Parts): Promise<Response> {
  if (request.method === 'OPTIONS') return optionsResponse();
  const address = splitToken(new URL(request.url));
  const route = parseRoute(address.url);
  const grant = await authorise(route, address, parts.access);
  const response = await answerRoute(route, grant, request, invocation, parts);
  // What one viewer was let in to see is not for a cache that others read from.
  if (grant.kind === 'signed') response.headers.append('cache-control', 'private');
  return response;
}

async function answerRoute(
  route: Route,
  grant: Grant,
  request: Request,
  invocation: Invocation,
  parts: Parts,
): Promise<Response> {
  switch (route.kind) {
    case 'page':
      return answerPage(request, invocation, parts);
    case 'health':
      return jsonResponse({ status: 'ok', version: parts.version, ffmpeg: await parts.ffmpegVersion() });
    case 'media':
    case 'stream':
    case 'info':
    case 'export':
    case 'made':
    case 'adaptive':
      return answerObject(route, grant, request, invocation, parts).catch((error: unknown) => {
        // Replaced between two of its reads, and nothing has been sent: the new version is as good an answer.
        if (!(error instanceof Problem) || error.type !== 'source-changed') throw error;
        parts.probes.forget(route.key);
        return answerObject(route, grant, request, invocation, parts);
      });
    default:
      return route satisfies never;
  }
}

async function answerPage(request: Request, { signal }: Invocation, parts: Parts): Promise<Response> {
  const { source, page, config, exports } = parts;
  if (!config.playerPage) {
    throw new Problem('not-found', 'The player page is switched off here (setting PLAYER_PAGE).');
  }
  const response = prefersJson(request.headers.get('accept'))
    ? jsonResponse({
        media: await source.list(MAX_LISTED, signal),
        credit: config.pageCredit ?? undefined,
        exports: exports !== null,
      })
    : pageResponse(page, await storeOrigins(source));
  response.headers.set('vary', 'Accept');
  return response;
}

const MAX_LISTED = 1_000;

type ObjectRoute = Extract<Route, { key: string }>;

async function answerObject(
  route: ObjectRoute,
  grant: Grant,
  request: Request,
  invocation: Invocation,
  { source, cache, probes, engine, keeper, exports, slots, refuseWhenFull, config }: Parts,
): Promise<Response> {
  const { trace, signal } = invocation;
  if (route.kind !== 'media') refuseWhenFull?.();
  const limits = limitsWithin(grant, config.limits);
  const finder = { source, cache, probes, ffprobePath: config.ffprobePath, slots, signal, trace };
  const finding = route.kind === 'adaptive' ? findingOf(route, limits) : AS_IT_IS_NOW;
  const found = await findObject(route.key, finder, finding);
  const { object } = found;
  const access = cachedAccess(source, object, signal, { cache });
  const desk = { source, object, access, limits, signal, trace };
  if (route.kind === 'media') {
    const { representation, plan } = await openMedia(route.parameters, desk);
    return withPlan(plan, await respond(request, representation, limits));
  }
  if (route.kind === 'made') {
    const file = await openMade(route, exports?.store ?? null, desk);
    const response = await respond(request, file, limits);
    // The address stands for these bytes for ever.
    if (response.status !== 307) response.headers.set('cache-control', 'max-age=31536000, immutable');
    return response;
  }
  const probed = await probeObject(found, finder);
  if (route.kind === 'adaptive') {
    const { representation, plan, cacheControl } = await openAdaptive(route, desk, {
      probed,
      engine,
      secondsLeft: invocation.secondsLeft(),
    });
    const made = { representation, plan };
    const response = await respondMade(request, made, keeper, { ...invocation, limits, follows: true });
    response.headers.set('cache-control', cacheControl);
    return response;
  }
  const question = (parameters: StreamParameters, accept: string | null): Question => ({
    media: probed.media,
    sizeBytes: object.sizeBytes,
    parameters,
    client: clientOf(parameters.accept, accept),
    limits,
    secondsLeft: invocation.secondsLeft(),
    originalObstacle: probed.originalObstacle,
    remuxObstacle: probed.remuxObstacle,
  });
  const prefix = grant.kind === 'signed' ? grant.prefix : '';
  if (route.kind === 'export') {
    if (exports === null) throw exportsOff();
    const plan = planExport(question(route.parameters, null));
    const { secondsLeft } = invocation;
    const { parameters } = route;
    return answerExport(request, { ...exports, object, parameters, plan, prefix, secondsLeft, signal });
  }
  if (route.kind === 'info') {
    const offer = await presentationOrProblem(desk, probed);
    return jsonResponse(
      describeObject(object, question(NO_WISHES, null), offer, {
        prefix,
        memoryMegabytes: config.memoryMegabytes,
        hasExports: exports !== null,
      }),
    );
  }

  const plan = planStream(question(route.parameters, request.headers.get('accept')));
  const representation = await openStream(plan, desk, { probed, engine });
  const made = { representation, plan: planHeader(plan) };
  const response = await respondMade(request, made, keeper, { ...invocation, limits, follows: false });
  // Another client may get another plan at the same address.
  response.headers.append('vary', 'Accept');
  return response;
}

const exportsOff = () =>
  new Problem(
    'exports-off',
    'Exports need a place to keep what they make (setting DERIVED_BUCKET or DERIVED_DIR), and this service has none.',
  );

/** A redirect to the store holds no longer than the address that it answers. */
function limitsWithin(grant: Grant, limits: Limits): Limits {
  if (grant.kind === 'open') return limits;
  return { ...limits, presignSeconds: Math.min(limits.presignSeconds, grant.secondsLeft) };
}

function withPlan(plan: string, response: Response): Response {
  response.headers.set('sluice-plan', plan);
  return response;
}
