import type { Cue } from '../media/text/cue.ts';
import type { ClipParameters } from '../route/clip-parameters.ts';

/** The timeline on which cues are shown. */
export type TextView = {
  /** Its zero on the file's timeline, in seconds. */
  readonly zeroSeconds: number;
  /** How long it lasts; null for the rest of the film. */
  readonly durationSeconds: number | null;
  /** What the clock of the media shows there, as HLS needs it; null for other files. */
  readonly mediaSeconds: number | null;
};

/** The part of a film's timeline that a clip is; all of it without one. */
export function clipView(
  clip: ClipParameters | undefined,
): Pick<TextView, 'zeroSeconds' | 'durationSeconds'> {
  const { startSeconds, endSeconds } = clip ?? { startSeconds: 0, endSeconds: null };
  return { zeroSeconds: startSeconds, durationSeconds: endSeconds && endSeconds - startSeconds };
}

type Timed = Pick<Cue, 'startSeconds' | 'endSeconds'>;

/** Moves cues to another timeline, without those that are not shown on it. */
export function viewedCues<T extends Timed>(
  cues: readonly T[],
  { zeroSeconds, durationSeconds }: Pick<TextView, 'zeroSeconds' | 'durationSeconds'>,
): readonly T[] {
  const end = durationSeconds ?? Number.POSITIVE_INFINITY;
  return cues.flatMap((cue) => {
    const startSeconds = Math.max(0, cue.startSeconds - zeroSeconds);
    const endSeconds = Math.min(end, cue.endSeconds - zeroSeconds);
    return endSeconds > startSeconds ? [{ ...cue, startSeconds, endSeconds }] : [];
  });
}
