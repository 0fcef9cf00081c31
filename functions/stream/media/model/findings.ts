/**
 * What was found out about a version of an object while something of it was encoded. Nothing is encoded only for it.
 */
export type Findings = {
  /** Of audio tracks that were measured for an output of their whole length. */
  readonly loudness: readonly TrackLoudness[];
  /** Its poster, 16 pixels wide, as a data URL: what a page shows until the poster is there. Null before one was encoded. */
  readonly blur: string | null;
};

/** By EBU R128, of the track as it is heard through so many loudspeakers, before any gain. */
export type TrackLoudness = {
  /** Its number in `audio=`. */
  readonly audio: number;
  readonly channels: number;
  /** LUFS. */
  readonly integrated: number;
  /** Decibels of full scale. */
  readonly truePeak: number;
};

export const NOTHING_FOUND: Findings = { loudness: [], blur: null };

/** Joins what was found; of two that are about the same, the later counts. */
export function joinFindings(earlier: Findings, later: Findings): Findings {
  const isOther = (one: TrackLoudness) =>
    later.loudness.every(({ audio, channels }) => audio !== one.audio || channels !== one.channels);
  return {
    loudness: [...earlier.loudness.filter(isOther), ...later.loudness].sort(
      (one, other) => one.audio - other.audio || one.channels - other.channels,
    ),
    blur: later.blur ?? earlier.blur,
  };
}
