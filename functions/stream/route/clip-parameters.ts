import type * as v from 'valibot';
import { badParameter } from '../base/problem.ts';
import { roundedSeconds } from '../base/rounded-seconds.ts';
import { says, seconds } from './schemas.ts';

/** A stretch of a film, in seconds from its beginning, to the millisecond: the frame shown at `startSeconds` is its first. */
export type ClipParameters = {
  readonly startSeconds: number;
  /** Null for the end of the film. */
  readonly endSeconds: number | null;
};

export const CLIP_ENTRIES = {
  start: says(seconds(0), 'seconds at which the clip begins, with the frame that is shown there', '1.5'),
  end: says(seconds(0), 'seconds before which it ends, later than its start', '4'),
};

/** Returns the clip; null for the whole film. Throws `bad-parameter` if it ends before it begins. */
export function clipParameters({
  start,
  end,
}: v.InferOutput<v.ObjectSchema<typeof CLIP_ENTRIES, undefined>>): ClipParameters | null {
  const startSeconds = roundedSeconds(start ?? 0);
  const endSeconds = end === undefined ? null : roundedSeconds(end);
  if (endSeconds !== null && endSeconds <= startSeconds) {
    throw badParameter(
      `The parameter "end" must be later than the start, which is at ${startSeconds} seconds.`,
    );
  }
  return startSeconds === 0 && endSeconds === null ? null : { startSeconds, endSeconds };
}
