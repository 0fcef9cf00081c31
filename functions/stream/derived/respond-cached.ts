import { describeError } from '../base/describe-error.ts';
import { Problem } from '../base/problem.ts';
import type { Representation } from '../http/representation.ts';
import { respond } from '../http/respond.ts';
import type { FollowingContext } from './cache-context.ts';
import type { DerivedCache } from './derived-cache.ts';

export type Planned = {
  readonly representation: Representation;
  /** The value of `Sluice-Plan`. */
  readonly plan: string;
};

/**
 * Responds as `respond` does, but reads a live representation from the cache if it is there, and caches it if
 * not. Without a cache it is produced each time.
 */
export async function respondCached(
  request: Request,
  { representation, plan }: Planned,
  derivedCache: DerivedCache | null,
  context: FollowingContext,
): Promise<Response> {
  const planned = (response: Response, header: string) => {
    response.headers.set('sluice-plan', header);
    return response;
  };
  if (derivedCache === null || representation.kind === 'file') {
    return planned(await respond(request, representation, context.limits), plan);
  }
  const cached = await derivedCache.find(representation, context);
  if (cached !== null) {
    try {
      return planned(await respond(request, cached, context.limits), `${plan}; cached`);
    } catch (error) {
      if (!isOfStore(error)) throw error;
      context.trace.note({ unreadable: describeError(error) });
    }
  }
  return planned(await respond(request, derivedCache.caching(representation, context), context.limits), plan);
}

/**
 * A cached output that was found but cannot be read, for example because it has just expired, is produced
 * again.
 */
function isOfStore(error: unknown): error is Problem {
  return error instanceof Problem && STORE_PROBLEMS.has(error.type);
}

const STORE_PROBLEMS: ReadonlySet<string> = new Set(['not-found', 'source-changed', 'source-unavailable']);
