/** What a song says of itself, as it is written into another file: names, and how loud it is. */
export type Tags = {
  readonly title: string | null;
  readonly artist: string | null;
  readonly album: string | null;
  readonly replayGain: ReplayGain;
  /** A JPEG. */
  readonly cover: Uint8Array | null;
};

/** Gains in dB towards a loudness of -18 LUFS, and peaks as a share of full scale (ReplayGain 2.0). */
export type ReplayGain = {
  readonly trackGain: number | null;
  readonly trackPeak: number | null;
  readonly albumGain: number | null;
  readonly albumPeak: number | null;
};

export const NO_REPLAY_GAIN: ReplayGain = {
  trackGain: null,
  trackPeak: null,
  albumGain: null,
  albumPeak: null,
};

/** Names of ReplayGain's values in comments and frames, and how each is written. */
export const REPLAY_GAIN_NAMES = {
  trackGain: 'REPLAYGAIN_TRACK_GAIN',
  trackPeak: 'REPLAYGAIN_TRACK_PEAK',
  albumGain: 'REPLAYGAIN_ALBUM_GAIN',
  albumPeak: 'REPLAYGAIN_ALBUM_PEAK',
} as const satisfies Record<keyof ReplayGain, string>;

/** Opus has gains of its own, in 256ths of a dB towards -23 LUFS and not -18 (RFC 7845 §5.2.1). */
export const R128_NAMES = { trackGain: 'R128_TRACK_GAIN', albumGain: 'R128_ALBUM_GAIN' } as const;
export const R128_OFFSET = 5;

/** Returns ReplayGain's values that are known, as text under their names. */
export function replayGainTexts(replayGain: ReplayGain): readonly (readonly [name: string, text: string])[] {
  return (Object.keys(REPLAY_GAIN_NAMES) as (keyof ReplayGain)[]).flatMap((key) => {
    const value = replayGain[key];
    if (value === null) return [];
    return [[REPLAY_GAIN_NAMES[key], key.endsWith('Gain') ? `${value.toFixed(2)} dB` : value.toFixed(6)]];
  });
}
