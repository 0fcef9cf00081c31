/** A file type as it is sent: its media type, and the extension of such a file without a dot. */
export type FileType = { readonly type: string; readonly extension: string };

/** Everything that differs between containers, apart from the code that parses each of them. */
export type ContainerProfile = {
  /** The reader that lists its tracks: our own parser of ISO boxes, mediabunny's demuxers, or ffprobe. */
  readonly reader: 'isobmff' | 'mediabunny' | 'ffprobe';
  /** First bytes of a file, as Latin-1; empty if they tell nothing, or take more than a comparison. */
  readonly magic: readonly string[];
  /** The first names of `format_name` by which ffprobe reports it. */
  readonly ffprobeNames: readonly string[];
  /** The index that tells where a video can be cut into segments; null if none does. */
  readonly index: 'sample table' | 'cues' | null;
  /** True if its packets are repackaged into fragmented MP4 without ffmpeg. */
  readonly isRemuxed: boolean;
  /**
   * Way in which ffmpeg finds a time: by an index, or by guessing a byte position, wherever the keyframes
   * are.
   */
  readonly seek: 'index' | 'guess';
  /** True if its audio has no times, so that those of compressed blocks follow from a rounded byte rate. */
  readonly hasByteRateTimes: boolean;
  /** True if ffmpeg keeps the times of video that it copies out of it. */
  readonly keepsTimes: boolean;
  /** True if its times are milliseconds, or ticks that no sample rate divides. */
  readonly hasRoundedTimes: boolean;
  /** True if ffmpeg's times count the samples in front that decoders drop. */
  readonly countsDelay: boolean;
  /** True if each packet of its audio has headers of its own, so that the format may change anywhere. */
  readonly audioMayChange: boolean;
  /** True if a file may hold more than its first headers tell, or other than that. */
  readonly outlastsHeaders: boolean;
  /** Start of the timeline: at any clock, at an offset if it is a second or more, or at zero. */
  readonly origin: 'clock' | 'offset' | 'zero';
  /** Source of the length: the number of samples, of frames or blocks, headers and packets, or an estimate. */
  readonly length: 'samples' | 'units' | 'packets' | 'estimate';
  /** Where the duration in its header counts from: zero, the decoding of its first packet, or the start of what is shown. */
  readonly durationFrom: 'zero' | 'decoding' | 'start';
  /** File types in which it is sent unchanged; null if it never is. */
  readonly files: { readonly video: FileType; readonly audio: FileType } | null;
  /** Names in `accept=` and in Accept headers, besides its media types. */
  readonly acceptNames: readonly string[];
  /** True if current Chromium, Firefox and Safari all open it. */
  readonly isPlayedEverywhere: boolean;
};

/** Returns the same type for both kinds of file. */
const bothFiles = (type: string, extension: string) => ({
  video: { type, extension },
  audio: { type, extension },
});

/** A container without an index, whose times are exact and which nobody copies. */
const PLAIN = {
  index: null,
  isRemuxed: false,
  seek: 'index',
  hasByteRateTimes: false,
  keepsTimes: false,
  hasRoundedTimes: false,
  countsDelay: false,
  audioMayChange: false,
  outlastsHeaders: false,
  origin: 'zero',
  length: 'packets',
  durationFrom: 'start',
} as const;

const ISOBMFF = {
  ...PLAIN,
  reader: 'isobmff',
  index: 'sample table',
  isRemuxed: true,
  keepsTimes: true,
} as const;

const DEMUXED = { ...PLAIN, reader: 'mediabunny', isRemuxed: true } as const;

/** Matroska and WebM, which differ in their names and in who plays them. */
const MATROSKA = {
  ...DEMUXED,
  index: 'cues',
  keepsTimes: true,
  hasRoundedTimes: true,
  origin: 'offset',
  durationFrom: 'zero',
} as const;

const FOREIGN = {
  ...PLAIN,
  reader: 'ffprobe',
  files: null,
  acceptNames: [],
  isPlayedEverywhere: false,
} as const;

/** Every container, with all that is known of it. To add one, add its profile here and follow the compiler. */
export const CONTAINERS = {
  mp4: {
    ...ISOBMFF,
    magic: [],
    ffprobeNames: [],
    files: {
      video: { type: 'video/mp4', extension: 'mp4' },
      audio: { type: 'audio/mp4', extension: 'm4a' },
    },
    acceptNames: ['mp4'],
    isPlayedEverywhere: true,
  },
  mov: {
    ...ISOBMFF,
    magic: [],
    ffprobeNames: ['mov'],
    files: bothFiles('video/quicktime', 'mov'),
    acceptNames: ['mov'],
    isPlayedEverywhere: false,
  },
  matroska: {
    ...MATROSKA,
    magic: ['\x1a\x45\xdf\xa3'],
    ffprobeNames: ['matroska'],
    files: {
      video: { type: 'video/matroska', extension: 'mkv' },
      audio: { type: 'audio/matroska', extension: 'mka' },
    },
    acceptNames: ['mkv', 'video/x-matroska', 'audio/x-matroska'],
    isPlayedEverywhere: false,
  },
  webm: {
    ...MATROSKA,
    magic: [],
    ffprobeNames: [],
    files: {
      video: { type: 'video/webm', extension: 'webm' },
      audio: { type: 'audio/webm', extension: 'weba' },
    },
    acceptNames: ['webm'],
    isPlayedEverywhere: true,
  },
  mpegts: {
    ...DEMUXED,
    magic: [],
    ffprobeNames: ['mpegts'],
    seek: 'guess',
    keepsTimes: true,
    hasRoundedTimes: true,
    audioMayChange: true,
    origin: 'clock',
    files: bothFiles('video/mp2t', 'ts'),
    acceptNames: ['ts'],
    isPlayedEverywhere: false,
  },
  ogg: {
    ...DEMUXED,
    magic: ['OggS'],
    ffprobeNames: ['ogg'],
    outlastsHeaders: true,
    files: {
      video: { type: 'video/ogg', extension: 'ogv' },
      audio: { type: 'audio/ogg', extension: 'ogg' },
    },
    acceptNames: ['ogg', 'application/ogg'],
    isPlayedEverywhere: true,
  },
  mp3: {
    ...DEMUXED,
    magic: ['ID3'],
    ffprobeNames: ['mp3'],
    isRemuxed: false,
    countsDelay: true,
    outlastsHeaders: true,
    files: bothFiles('audio/mpeg', 'mp3'),
    acceptNames: ['mp3'],
    isPlayedEverywhere: true,
  },
  adts: {
    ...DEMUXED,
    magic: [],
    ffprobeNames: ['aac'],
    audioMayChange: true,
    files: bothFiles('audio/aac', 'aac'),
    acceptNames: ['adts'],
    isPlayedEverywhere: true,
  },
  flac: {
    ...DEMUXED,
    magic: ['fLaC'],
    ffprobeNames: ['flac'],
    length: 'samples',
    files: bothFiles('audio/flac', 'flac'),
    acceptNames: ['flac'],
    isPlayedEverywhere: true,
  },
  wav: {
    ...DEMUXED,
    magic: [],
    ffprobeNames: ['wav'],
    isRemuxed: false,
    hasByteRateTimes: true,
    length: 'samples',
    files: bothFiles('audio/wav', 'wav'),
    acceptNames: ['wav'],
    isPlayedEverywhere: true,
  },
  w64: { ...FOREIGN, magic: [], ffprobeNames: ['w64'], hasByteRateTimes: true, length: 'samples' },
  avi: { ...FOREIGN, magic: [], ffprobeNames: ['avi'], length: 'units' },
  flv: {
    ...FOREIGN,
    magic: ['FLV\x01'],
    ffprobeNames: ['flv'],
    keepsTimes: true,
    hasRoundedTimes: true,
    durationFrom: 'decoding',
  },
  amr: { ...FOREIGN, magic: ['#!AMR'], ffprobeNames: ['amr', 'amrnb', 'amrwb'], length: 'estimate' },
  other: {
    ...FOREIGN,
    magic: ['\x30\x26\xb2\x75', '\0\0\x01\xba', '\0\0\x01\xb3', 'FORM', 'caff', '.RMF', '\x0b\x77'],
    ffprobeNames: [],
    seek: 'guess',
    hasRoundedTimes: true,
    outlastsHeaders: true,
    length: 'estimate',
  },
} as const satisfies Record<string, ContainerProfile>;

export type Container = keyof typeof CONTAINERS;

/** All containers with their profiles, in the order of the table. */
export const CONTAINER_PROFILES = Object.entries(CONTAINERS) as [Container, ContainerProfile][];

/** The profile of a container, with the type that all of them share. */
export function profileOf(container: Container): ContainerProfile {
  return CONTAINERS[container];
}

/**
 * Returns the extension of a file that is sent as `type`, without a dot. Throws `TypeError` for a type that
 * none is sent as.
 */
export function extensionOf(type: string): string {
  for (const [, { files }] of CONTAINER_PROFILES) {
    const file = [files?.video, files?.audio].find((each) => each?.type === type);
    if (file !== undefined) return file.extension;
  }
  throw new TypeError(`No container is sent as ${type}.`);
}
