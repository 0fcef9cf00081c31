import { unsupported } from '../../base/problem.ts';
import type { Part } from './edit-parts.ts';
import type { Edit } from './movie.ts';
import type { LoggedSample } from './sample-log.ts';

/** Samples in the order in which a movie shows them, each as often as it does, and the edit list that places them. */
export type EditedSamples = {
  /** With their offsets in the file. */
  readonly samples: readonly EditedSample[];
  readonly edits: readonly Edit[];
};

export type EditedSample = LoggedSample & {
  readonly offset: number;
  /** True for a frame at which decoding begins anew, whatever was decoded before it. */
  readonly isEntry: boolean;
};

/** A part on the track's own clock. */
export type Shown = {
  readonly part: Part;
  readonly from: number;
  readonly to: number;
  /** How long it is shown. */
  readonly length: number;
  /** From its end to the next part. */
  readonly gapTicks: number;
  /** The length of both, on the movie's clock. */
  readonly editTicks: number;
};

/** Returns edits that begin at a time of the movie's clock. */
export function delayed(startTicks: number, edits: readonly Edit[]): readonly Edit[] {
  return startTicks === 0 ? edits : [{ durationTicks: startTicks, mediaTime: -1, rate: 1 }, ...edits];
}

/** Counts the samples that are written, of which each takes some hundred bytes until ffmpeg has read the index. */
export type SampleBudget = { take(count: number): void };

const MOST_SAMPLES = 1_000_000;

/** Its `take` throws `unsupported-media` for a list that shows too many. */
export function sampleBudget(): SampleBudget {
  let left = MOST_SAMPLES;
  return {
    take(count) {
      left -= count;
      if (left < 0)
        throw unsupported(`The edit list of a track shows parts of more than ${MOST_SAMPLES} samples.`);
    },
  };
}
