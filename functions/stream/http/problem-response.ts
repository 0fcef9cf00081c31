import { Problem } from '../base/problem.ts';
import type { ProblemBody } from '../base/problem-body.ts';
import { cacheControlOf } from './caching.ts';
import { isOpenedInBrowser, problemPage } from './problem-page.ts';

/** Returns anything thrown as the `Problem` that the client may see. */
export function asProblem(error: unknown, signal: AbortSignal): Problem {
  if (error instanceof Problem) return error;
  if (signal.aborted && signal.reason instanceof Problem) return signal.reason;
  return new Problem('internal', 'Something went wrong inside the service.', { cause: error });
}

/** Writes a problem by RFC 9457; as a page if a person opens the address, without a body if `isMediaElement`. */
export function problemResponse(problem: Problem, requestId: string, asked = new Headers()): Response {
  const { status } = problem;
  const headers = { 'cache-control': cacheControlOf(null, status), ...problem.headers };
  if (isMediaElement(asked))
    return new Response(null, { status, headers: { ...headers, 'content-length': '0' } });
  const described = describeProblem(problem);
  if (isOpenedInBrowser(asked)) {
    const page = problemPage(described, requestId);
    return new Response(page, {
      status,
      headers: { ...headers, 'content-type': 'text/html; charset=utf-8' },
    });
  }
  const body = JSON.stringify({ ...described, requestId });
  return new Response(body, { status, headers: { ...headers, 'content-type': 'application/problem+json' } });
}

/**
 * Returns whether a `<video>` or `<audio>` of another site asks. Chromium hides JSON from it (opaque response
 * blocking), takes that for a network failure and repeats the request thirty times. Without a body it sees
 * the error.
 */
function isMediaElement(asked: Headers): boolean {
  return /^(?:audio|video)$/.test(asked.get('sec-fetch-dest') ?? '');
}

/** Returns what a client is told of a problem, without the request. */
export function describeProblem({ type, title, status, message }: Problem): ProblemBody {
  return { type: `urn:sluice:problem:${type}`, title, status, detail: message };
}
