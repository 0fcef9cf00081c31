import { cacheControlOf } from './caching.ts';
import { Problem } from './problem.ts';

/** Anything thrown, as the `Problem` that the client may see. */
export function asProblem(error: unknown, signal: AbortSignal): Problem {
  if (error instanceof Problem) return error;
  if (signal.aborted && signal.reason instanceof Problem) return signal.reason;
  return new Problem('internal', 'Something went wrong inside the service.', { cause: error });
}

/** RFC 9457. */
export function problemResponse(problem: Problem, requestId: string): Response {
  const body = JSON.stringify({ ...describeProblem(problem), requestId });
  return new Response(body, {
    status: problem.status,
    headers: {
      'cache-control': cacheControlOf(null, problem.status, false),
      ...problem.headers,
      'content-type': 'application/problem+json',
    },
  });
}

/** What a client is told of a problem, but for the request that met it. */
export function describeProblem({ type, title, status, message }: Problem) {
  return { type: `urn:sluice:problem:${type}`, title, status, detail: message };
}
