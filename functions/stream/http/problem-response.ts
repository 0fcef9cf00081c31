import { Problem } from '../base/problem.ts';
import type { ProblemBody } from '../base/problem-body.ts';
import { cacheControlOf } from './caching.ts';

/** Anything thrown, as the `Problem` that the client may see. */
export function asProblem(error: unknown, signal: AbortSignal): Problem {
  if (error instanceof Problem) return error;
  if (signal.aborted && signal.reason instanceof Problem) return signal.reason;
  return new Problem('internal', 'Something went wrong inside the service.', { cause: error });
}

/** RFC 9457; without its body to whoever `isMediaElement`. */
export function problemResponse(problem: Problem, requestId: string, asked = new Headers()): Response {
  const { status } = problem;
  const headers = { 'cache-control': cacheControlOf(null, status), ...problem.headers };
  if (isMediaElement(asked))
    return new Response(null, { status, headers: { ...headers, 'content-length': '0' } });
  const body = JSON.stringify({ ...describeProblem(problem), requestId });
  return new Response(body, { status, headers: { ...headers, 'content-type': 'application/problem+json' } });
}

/**
 * A `<video>` or `<audio>` of another site, to which Chromium gives no JSON (opaque response blocking): it takes the
 * answer for a failure of the network and asks thirty times. Without a body it is the error that it is.
 */
function isMediaElement(asked: Headers): boolean {
  return /^(?:audio|video)$/.test(asked.get('sec-fetch-dest') ?? '');
}

/** What a client is told of a problem, but for the request that met it. */
export function describeProblem({ type, title, status, message }: Problem): ProblemBody {
  return { type: `urn:sluice:problem:${type}`, title, status, detail: message };
}
