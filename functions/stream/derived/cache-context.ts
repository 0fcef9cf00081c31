import type { RequestContext } from '../base/request-context.ts';
import type { ResponseLimits } from '../http/respond.ts';

/** What one request brings along to where things are kept. */
export type CacheContext = Pick<RequestContext, 'signal' | 'invocationSignal' | 'trace' | 'waitUntil'> & {
  readonly limits: ResponseLimits & { readonly presignSeconds: number };
};

export type FollowingContext = CacheContext & {
  /**
   * Whether to wait for another instance that is making the same. Right for a segment, which is there as a whole in a
   * second or two; what is long has its first byte sooner when it is made twice.
   */
  readonly follows: boolean;
};
