import { describeError } from '../base/describe-error.ts';
import { Problem } from '../base/problem.ts';
import type { Representation } from '../http/representation.ts';
import { respond } from '../http/respond.ts';
import type { FollowingContext } from './cache-context.ts';
import type { DerivedCache } from './derived-cache.ts';

export type Planned = {
  readonly representation: Representation;
  /** For `Sluice-Plan`. */
  readonly plan: string;
};

/**
 * As `respond`, with what is live taken from the store where it was kept, and kept where it was not. Without a keeper
 * it is made.
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

/** What was found and cannot be read, as when it has just expired, is made anew. */
function isOfStore(error: unknown): error is Problem {
  return error instanceof Problem && STORE_PROBLEMS.has(error.type);
}

const STORE_PROBLEMS: ReadonlySet<string> = new Set(['not-found', 'source-changed', 'source-unavailable']);
