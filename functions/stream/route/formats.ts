import type { Container } from '../media/model/containers.ts';

type FormatProfile = {
  readonly container: Container;
  /** Whether it may hold video; the others hold audio alone. */
  readonly isVideo: boolean;
  /** What its audio is encoded to. */
  readonly audioCodec: 'aac' | 'opus' | 'mp3' | 'flac' | 'pcm';
  /** Bits per second that `bitrate=` may ask for of its audio; null where there is no choice. */
  readonly audioBitrates: { readonly least: number; readonly most: number } | null;
};

/**
 * What `/stream` and `/export` can be asked for, with all facts that others derive. The player page, which bundles this
 * file, offers them as well.
 */
export const FORMATS = {
  mp4: {
    container: 'mp4',
    isVideo: true,
    audioCodec: 'aac',
    audioBitrates: { least: 16_000, most: 512_000 },
  },
  webm: {
    container: 'webm',
    isVideo: true,
    audioCodec: 'opus',
    audioBitrates: { least: 8_000, most: 512_000 },
  },
  mp3: {
    container: 'mp3',
    isVideo: false,
    audioCodec: 'mp3',
    audioBitrates: { least: 32_000, most: 320_000 },
  },
  aac: {
    container: 'adts',
    isVideo: false,
    audioCodec: 'aac',
    audioBitrates: { least: 16_000, most: 512_000 },
  },
  opus: {
    container: 'ogg',
    isVideo: false,
    audioCodec: 'opus',
    audioBitrates: { least: 8_000, most: 512_000 },
  },
  flac: { container: 'flac', isVideo: false, audioCodec: 'flac', audioBitrates: null },
  wav: { container: 'wav', isVideo: false, audioCodec: 'pcm', audioBitrates: null },
} as const satisfies Record<string, FormatProfile>;

export type Format = keyof typeof FORMATS;
export type VideoFormat = {
  [Name in Format]: (typeof FORMATS)[Name]['isVideo'] extends true ? Name : never;
}[Format];

export const FORMAT_NAMES = Object.keys(FORMATS) as [Format, ...Format[]];

/** Whether a format may hold video. */
export function isVideoFormat(format: Format): format is VideoFormat {
  return FORMATS[format].isVideo;
}
