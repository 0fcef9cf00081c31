import type { Container } from '../media/model/containers.ts';

type FormatProfile = {
  readonly container: Container;
  /** Whether it may hold video; the others hold audio alone. */
  readonly isVideo: boolean;
  /** The codec of its audio. */
  readonly audioCodec: 'aac' | 'opus' | 'mp3' | 'flac' | 'pcm';
  /** Bits per second that `bitrate=` may request for its audio; null if there is no choice. */
  readonly audioBitrates: { readonly least: number; readonly most: number } | null;
  /** How many channels its audio may have. */
  readonly mostChannels: 2 | 6;
  /** Whether tags (a title, a cover) are written into it. */
  readonly isTagged: boolean;
};

/**
 * The formats of `/stream` and `/export`, with all facts from which others are derived. The player page,
 * which bundles this file, offers them as well.
 */
export const FORMATS = {
  mp4: {
    container: 'mp4',
    isVideo: true,
    audioCodec: 'aac',
    audioBitrates: { least: 16_000, most: 512_000 },
    mostChannels: 6,
    isTagged: false,
  },
  webm: {
    container: 'webm',
    isVideo: true,
    audioCodec: 'opus',
    audioBitrates: { least: 8_000, most: 512_000 },
    mostChannels: 6,
    isTagged: false,
  },
  mp3: {
    container: 'mp3',
    isVideo: false,
    audioCodec: 'mp3',
    audioBitrates: { least: 32_000, most: 320_000 },
    mostChannels: 2,
    isTagged: true,
  },
  aac: {
    container: 'adts',
    isVideo: false,
    audioCodec: 'aac',
    audioBitrates: { least: 16_000, most: 512_000 },
    mostChannels: 6,
    isTagged: false,
  },
  opus: {
    container: 'ogg',
    isVideo: false,
    audioCodec: 'opus',
    audioBitrates: { least: 8_000, most: 512_000 },
    mostChannels: 6,
    isTagged: true,
  },
  flac: {
    container: 'flac',
    isVideo: false,
    audioCodec: 'flac',
    audioBitrates: null,
    mostChannels: 6,
    isTagged: true,
  },
  wav: {
    container: 'wav',
    isVideo: false,
    audioCodec: 'pcm',
    audioBitrates: null,
    mostChannels: 2,
    isTagged: true,
  },
} as const satisfies Record<string, FormatProfile>;

export type Format = keyof typeof FORMATS;
export type VideoFormat = {
  [Name in Format]: (typeof FORMATS)[Name]['isVideo'] extends true ? Name : never;
}[Format];

export const FORMAT_NAMES = Object.keys(FORMATS) as [Format, ...Format[]];

/** Returns whether a format may hold video. */
export function isVideoFormat(format: Format): format is VideoFormat {
  return FORMATS[format].isVideo;
}
