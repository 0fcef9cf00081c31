import { describeError } from '../base/describe-error.ts';
import { Problem } from '../base/problem.ts';
import type { Protect, Representation } from '../http/representation.ts';
import { respond } from '../http/respond.ts';
import type { CacheContext, FollowingContext } from './cache-context.ts';
import type { DerivedCache } from './derived-cache.ts';

export type Planned = {
  readonly representation: Representation;
  /** What is done to it after it was read from the cache or produced. */
  readonly protect?: Protect | null;
  /** The value of `Sluice-Plan`. */
  readonly plan: string;
};

/**
 * Responds as `respond` does, but reads a live representation from the cache if it is there, and caches it if
 * not. Without a cache it is produced each time.
 */
export async function respondCached(
  request: Request,
  { representation, protect, plan }: Planned,
  derivedCache: DerivedCache | null,
  context: FollowingContext,
): Promise<Response> {
  const protectedOf = protect ?? ((clear: Representation) => clear);
  const send = (clear: Representation) => respond(request, protectedOf(clear), context.limits);
  if (derivedCache === null || representation.kind === 'file')
    return planned(await send(representation), plan);
  const file = await derivedCache.find(representation, context);
  const response = file && (await respondFound(request, { found: protectedOf(file), plan }, context));
  if (response) return response;
  return planned(await send(derivedCache.caching(representation, context)), plan);
}

/**
 * Responds with an output that was found in the cache; null if it cannot be read, for example because it has just
 * expired: it is produced again.
 */
export async function respondFound(
  request: Request,
  { found, plan }: { readonly found: Representation; readonly plan: string },
  { limits, trace }: Pick<CacheContext, 'limits' | 'trace'>,
): Promise<Response | null> {
  try {
    const response = await respond(request, found, limits);
    // Pages read it of every request (Server-Timing), and the plan of none.
    trace.mark('cached');
    return planned(response, `${plan}; cached`);
  } catch (error) {
    if (!isOfStore(error)) throw error;
    trace.note({ unreadable: describeError(error) });
    return null;
  }
}

function planned(response: Response, header: string): Response {
  response.headers.set('sluice-plan', header);
  return response;
}

function isOfStore(error: unknown): error is Problem {
  return error instanceof Problem && STORE_PROBLEMS.has(error.type);
}

const STORE_PROBLEMS: ReadonlySet<string> = new Set(['not-found', 'source-changed', 'source-unavailable']);
