import { Problem } from '../http/problem.ts';

/** Why an invocation stops working on an export before its work is done. */
export const GIVEN_UP = new Problem('internal', 'Another invocation does this work now.');

export const OUT_OF_TIME = new Problem(
  'timeout',
  'This could not be made within one invocation and is not to be divided; ask for a part of it, or for mp4.',
);
