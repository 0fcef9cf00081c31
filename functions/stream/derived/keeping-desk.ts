import type { Invocation } from '../base/request-context.ts';
import type { ResponseLimits } from '../http/respond.ts';

/** What one request brings along to where things are kept. */
export type KeepingDesk = Pick<Invocation, 'signal' | 'lasting' | 'trace' | 'afterwards'> & {
  readonly limits: ResponseLimits & { readonly presignSeconds: number };
};

export type FollowingDesk = KeepingDesk & {
  /**
   * Whether to wait for another instance that is making the same. Right for a segment, which is there as a whole in a
   * second or two; what is long has its first byte sooner when it is made twice.
   */
  readonly follows: boolean;
};
