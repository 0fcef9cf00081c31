import { Problem } from '../../base/problem.ts';

/** Why an invocation stops working on an export before its work is done. */
export const GIVEN_UP = new Problem('internal', 'Another invocation does this work now.');

export const OUT_OF_TIME = new Problem(
  'timeout',
  'The time of one invocation was too short; try again, or ask for a part of it.',
);

export const UNFOLLOWED = new Problem('timeout', 'Nobody has followed this export for a while.');
