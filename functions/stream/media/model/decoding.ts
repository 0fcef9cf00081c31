import type { AudioTrack, VideoTrack } from './media.ts';

/** What the ffmpeg at hand decodes: builds differ, and demuxers name what no decoder takes. */
export type Decoding = {
  /** ffmpeg's names of all codecs that it decodes, asked once; null where it cannot be run. */
  codecs(): Promise<ReadonlySet<string> | null>;
  /** Whether anything comes out of a track at an http URL. */
  tries(url: string, track: Tried, signal: AbortSignal): Promise<boolean>;
};

export type Tried = Pick<VideoTrack | AudioTrack, 'kind' | 'stream' | 'startSeconds'>;
