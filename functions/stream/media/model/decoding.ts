import type { AudioTrack, VideoTrack } from './media.ts';

/** What the ffmpeg at hand decodes: builds differ, and demuxers name codecs that no decoder takes. */
export type Decoding = {
  /** ffmpeg's names of all codecs that it decodes, asked once; null if it cannot run. */
  codecs(): Promise<ReadonlySet<string> | null>;
  /** Tells whether a track at an http URL decodes to anything. */
  tries(url: string, track: Tried, signal: AbortSignal): Promise<boolean>;
};

export type Tried = Pick<VideoTrack | AudioTrack, 'kind' | 'stream' | 'startSeconds'>;
