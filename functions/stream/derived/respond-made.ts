import { describeError } from '../base/describe-error.ts';
import { Problem } from '../base/problem.ts';
import type { Representation } from '../http/representation.ts';
import { respond } from '../http/respond.ts';
import type { Keeper } from './keeper.ts';
import type { FollowingDesk } from './keeping-desk.ts';

export type Made = {
  readonly representation: Representation;
  /** For `Sluice-Plan`. */
  readonly plan: string;
};

/**
 * As `respond`, with what is live taken from the store where it was kept, and kept where it was not. Without a keeper
 * it is made.
 */
export async function respondMade(
  request: Request,
  { representation, plan }: Made,
  keeper: Keeper | null,
  desk: FollowingDesk,
): Promise<Response> {
  const planned = (response: Response, header: string) => {
    response.headers.set('sluice-plan', header);
    return response;
  };
  if (keeper === null || representation.kind === 'file') {
    return planned(await respond(request, representation, desk.limits), plan);
  }
  const kept = await keeper.find(representation, desk);
  if (kept !== null) {
    try {
      return planned(await respond(request, kept, desk.limits), `${plan}; kept`);
    } catch (error) {
      if (!isOfStore(error)) throw error;
      desk.trace.note({ unreadable: describeError(error) });
    }
  }
  return planned(await respond(request, keeper.keep(representation, desk), desk.limits), plan);
}

/** What was found and cannot be read, as when it has just expired, is made anew. */
function isOfStore(error: unknown): error is Problem {
  return error instanceof Problem && STORE_PROBLEMS.has(error.type);
}

const STORE_PROBLEMS: ReadonlySet<string> = new Set(['not-found', 'source-changed', 'source-unavailable']);
