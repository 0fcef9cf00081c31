import type { RequestContext } from '../base/request-context.ts';
import type { ResponseLimits } from '../http/respond.ts';

/** What a request hands to the derived cache. */
export type CacheContext = Pick<RequestContext, 'signal' | 'invocationSignal' | 'trace' | 'waitUntil'> & {
  readonly limits: ResponseLimits & { readonly presignSeconds: number };
};

export type FollowingContext = CacheContext & {
  /**
   * Whether to wait for another instance that is producing the same output. That is right for a segment,
   * which is complete within a second or two. A long output has its first byte sooner if it is produced
   * twice.
   */
  readonly follows: boolean;
};
