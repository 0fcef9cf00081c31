import type { Cuts } from '../model/cuts.ts';

export type CutLists = Pick<Cuts, 'trackIndex' | 'timescale'> & {
  /** In ticks, each later by `offset`. */
  readonly times: Float64Array;
  readonly offset: number;
  /** Has as many entries as `times`. */
  readonly bytesBefore: Float64Array;
  readonly keyframeBytes?: Cuts['keyframeBytes'];
};

/** Builds cuts whose times are all known. */
export function listedCuts({
  trackIndex,
  timescale,
  times,
  offset,
  bytesBefore,
  keyframeBytes = () => null,
}: CutLists): Cuts {
  return {
    trackIndex,
    timescale,
    count: times.length,
    timeAt: (cut) => (times[cut] ?? 0) + offset,
    bytesBefore: (cut) => bytesBefore[cut] ?? 0,
    keyframeBytes,
  };
}
