type CodecProfile = {
  /** Mediabunny's name of the codec; null if none of its demuxers reports it. */
  readonly mediabunnyName: string | null;
  /** Names in `accept=`. */
  readonly acceptNames: readonly string[];
  /** True if current Chromium, Firefox and Safari all play it without a licensed or hardware decoder. */
  readonly isPlayedEverywhere: boolean;
  /**
   * True if its packets are put into fragmented MP4 without ffmpeg: clients play it there, and the box is
   * written.
   */
  readonly isRemuxed: boolean;
};

type AudioCodecProfile = CodecProfile & {
  /** True if the ffmpeg of 2018 copies it into MP4 without `-strict experimental`. */
  readonly isCopiedIntoMp4: boolean;
  readonly isLossless: boolean;
  /**
   * Samples of a frame, if all have the same number; HE-AAC has twice as many, E-AC-3 two, three or six
   * times.
   */
  readonly frameSamples: number | null;
  /** Samples of which all frame lengths are multiples, if they differ. */
  readonly stepSamples: number | null;
  /**
   * True if more than stereo is copied into segments beside what all play: televisions and Apple's devices take it, and
   * all of its packets have one length.
   */
  readonly isCopiedBeside: boolean;
};

const UNNAMED = { mediabunnyName: null, acceptNames: [], isPlayedEverywhere: false, isRemuxed: false };

export const VIDEO_CODECS = {
  h264: {
    mediabunnyName: 'avc',
    acceptNames: ['h264', 'avc'],
    isPlayedEverywhere: true,
    isRemuxed: true,
  },
  hevc: {
    mediabunnyName: 'hevc',
    acceptNames: ['hevc', 'h265'],
    isPlayedEverywhere: false,
    isRemuxed: true,
  },
  vp8: { mediabunnyName: 'vp8', acceptNames: ['vp8'], isPlayedEverywhere: true, isRemuxed: false },
  vp9: { mediabunnyName: 'vp9', acceptNames: ['vp9'], isPlayedEverywhere: true, isRemuxed: true },
  av1: { mediabunnyName: 'av1', acceptNames: ['av1'], isPlayedEverywhere: false, isRemuxed: true },
  other: UNNAMED,
} as const satisfies Record<string, CodecProfile>;

const AUDIO = {
  isCopiedIntoMp4: true,
  isLossless: false,
  frameSamples: null,
  stepSamples: null,
  isCopiedBeside: false,
};

export const AUDIO_CODECS = {
  aac: {
    ...AUDIO,
    mediabunnyName: 'aac',
    acceptNames: ['aac'],
    isPlayedEverywhere: true,
    isRemuxed: true,
    frameSamples: 1024,
  },
  mp3: {
    ...AUDIO,
    mediabunnyName: 'mp3',
    acceptNames: ['mp3'],
    isPlayedEverywhere: true,
    isRemuxed: false,
    frameSamples: 1152,
  },
  opus: {
    ...AUDIO,
    mediabunnyName: 'opus',
    acceptNames: ['opus'],
    isPlayedEverywhere: true,
    isRemuxed: true,
    isCopiedIntoMp4: false,
    // Browsers write the times that they measured.
    stepSamples: 120,
  },
  vorbis: {
    ...AUDIO,
    mediabunnyName: 'vorbis',
    acceptNames: ['vorbis'],
    isPlayedEverywhere: true,
    isRemuxed: false,
    isCopiedIntoMp4: false,
    // ffmpeg guesses its times.
    stepSamples: 64,
  },
  flac: {
    ...AUDIO,
    mediabunnyName: 'flac',
    acceptNames: ['flac'],
    isPlayedEverywhere: true,
    isRemuxed: true,
    isCopiedIntoMp4: false,
    isLossless: true,
  },
  alac: {
    ...AUDIO,
    mediabunnyName: null,
    acceptNames: ['alac'],
    isPlayedEverywhere: false,
    isRemuxed: false,
    isLossless: true,
  },
  ac3: {
    ...AUDIO,
    mediabunnyName: 'ac3',
    acceptNames: ['ac3'],
    isPlayedEverywhere: false,
    isRemuxed: true,
    frameSamples: 1536,
    isCopiedBeside: true,
  },
  eac3: {
    ...AUDIO,
    mediabunnyName: 'eac3',
    acceptNames: ['eac3'],
    isPlayedEverywhere: false,
    isRemuxed: true,
    frameSamples: 256,
    isCopiedBeside: true,
  },
  dts: { ...AUDIO, ...UNNAMED, mediabunnyName: 'dts' },
  pcm: {
    ...AUDIO,
    // It has a name for each kind of samples.
    mediabunnyName: null,
    acceptNames: ['pcm'],
    isPlayedEverywhere: true,
    isRemuxed: false,
    isCopiedIntoMp4: false,
    isLossless: true,
  },
  other: { ...AUDIO, ...UNNAMED },
} as const satisfies Record<string, AudioCodecProfile>;

export type VideoCodec = keyof typeof VIDEO_CODECS;
export type AudioCodec = keyof typeof AUDIO_CODECS;

export function audioProfile(codec: AudioCodec): AudioCodecProfile {
  return AUDIO_CODECS[codec];
}

export const VIDEO_PROFILES = Object.entries(VIDEO_CODECS) as [VideoCodec, CodecProfile][];
export const AUDIO_PROFILES = Object.entries(AUDIO_CODECS) as [AudioCodec, AudioCodecProfile][];

/**
 * Returns the video codec that ffmpeg calls by this name, which is the table's own; `other` for all that are
 * not in it.
 */
export function videoCodecNamed(name: string): VideoCodec {
  return VIDEO_PROFILES.find(([codec]) => codec === name)?.[0] ?? 'other';
}

/** Returns the audio codec of that name, except PCM, for which ffmpeg has a name for each kind of samples. */
export function audioCodecNamed(name: string): AudioCodec {
  return AUDIO_PROFILES.find(([codec]) => codec === name)?.[0] ?? 'other';
}

/** Tells whether packets of a codec in the table are put into fragmented MP4 without ffmpeg. */
export function isRemuxedCodec(kind: 'video' | 'audio', codec: string): boolean {
  const profiles: readonly (readonly [string, CodecProfile])[] =
    kind === 'video' ? VIDEO_PROFILES : AUDIO_PROFILES;
  return profiles.some(([name, { isRemuxed }]) => name === codec && isRemuxed);
}
