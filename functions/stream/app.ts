import { answerAsset } from './answer/answer-asset.ts';
import { answerDescription } from './answer/answer-description.ts';
import { answerEmbed } from './answer/answer-embed.ts';
import { answerObject } from './answer/answer-object.ts';
import { answerPage } from './answer/answer-page.ts';
import { answerUpload } from './answer/answer-upload.ts';
import type { Services } from './answer/services.ts';
import { describeError } from './base/describe-error.ts';
import { Problem } from './base/problem.ts';
import type { App, RequestContext } from './base/request-context.ts';
import { cacheControlOf } from './http/caching.ts';
import { addCors, optionsResponse } from './http/cors.ts';
import { jsonResponse } from './http/json.ts';
import { refusePost } from './http/methods.ts';
import { asProblem, problemResponse } from './http/problem-response.ts';
import { addressOfRequest, authorise, type Grant } from './route/authorise.ts';
import type { Route } from './route/route.ts';
import { parseRoute } from './route/routes.ts';

/** The way of a request: route, authorise, stat, probe, plan, open, respond. Never rejects. */
export function createApp(services: Services): App {
  return async (request, context) => {
    const { requestId, trace, signal } = context;
    const cmcd = carriesCmcd(request) ? (await import('./http/cmcd.ts')).readCmcd(request) : null;
    if (cmcd !== null) trace.note({ cmcd });
    const response = await answer(request, context, services).catch((error: unknown) => {
      const problem = asProblem(error, signal);
      trace.note({
        problem: problem.type,
        ...(problem.cause ? { cause: describeError(problem.cause) } : {}),
      });
      return problemResponse(problem, requestId, request.headers);
    });
    const { allowedOrigins } = services.config;
    if (allowedOrigins.length > 0) addCors(response.headers, request.headers.get('origin'), allowedOrigins);
    const timing = trace.serverTiming();
    if (timing !== '') response.headers.set('server-timing', timing);
    return response;
  };
}

/** Tells whether a player reports by CMCD (CTA-5004), in the query or in headers, as few do. */
function carriesCmcd({ url, headers }: Request): boolean {
  return (
    new URL(url).searchParams.has('CMCD') || [...headers.keys()].some((name) => name.startsWith('cmcd-'))
  );
}

async function answer(request: Request, context: RequestContext, services: Services): Promise<Response> {
  if (request.method === 'OPTIONS') return optionsResponse();
  const address = addressOfRequest(request, services.config.hasEdge);
  const route = parseRoute(address.url);
  if (request.method === 'POST') refusePost(route);
  const grant = await authorise(route, address, services.access);
  const response = await answerRoute(route, grant, request, context, services);
  // A report of progress says so itself, whatever its address stands for.
  if (!response.headers.has('cache-control'))
    response.headers.set(
      'cache-control',
      cacheControlOf(route, response.status, {
        grant,
        search: address.url.search,
        textSeconds: services.config.playlistSeconds,
      }),
    );
  return response;
}

async function answerRoute(
  route: Route,
  grant: Grant,
  request: Request,
  context: RequestContext,
  services: Services,
): Promise<Response> {
  switch (route.kind) {
    case 'page':
    case 'console':
      return answerPage(route, grant, request, context, services);
    case 'embed':
      return answerEmbed(services);
    case 'upload':
      return answerUpload(route, grant, context, services);
    case 'asset':
      return answerAsset(route, services);
    case 'health':
      return jsonResponse({
        status: 'ok',
        version: services.version,
        ffmpeg: await services.ffmpegVersion(),
      });
    case 'description':
      return answerDescription(route, services);
    case 'media':
    case 'stream':
    case 'play':
    case 'image':
    case 'waveform':
    case 'storyboard':
    case 'info':
    case 'export':
    case 'made':
    case 'subtitles':
    case 'key':
    case 'adaptive':
      return answerObject(route, grant, request, context, services).catch((error: unknown) => {
        // The object was replaced between two reads, and nothing has been sent: answer with the new version.
        if (!(error instanceof Problem) || error.type !== 'source-changed') throw error;
        services.probes.forget(route.key);
        return answerObject(route, grant, request, context, services);
      });
    default:
      return route satisfies never;
  }
}
