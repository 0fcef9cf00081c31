import type { AudioCodec } from '../media/model/codecs.ts';
import { CONTAINERS } from '../media/model/containers.ts';
import type { Crop } from '../media/model/media.ts';
import { FORMATS, type Format } from '../route/formats.ts';
import type { Burnt } from './burnt.ts';
import type { ColourPlan } from './colour.ts';
import type { Loudness } from './loudness.ts';
import type { Speed } from './speed.ts';

/** Everything that the arguments of ffmpeg follow from. */
export type Output = {
  readonly format: Format;
  /** Which video of the source, and how it is encoded; null for audio alone. */
  readonly video: VideoOutput | null;
  readonly audio: AudioOutput | null;
  /** The part of the source, on its timeline. */
  readonly startSeconds: number;
  readonly durationSeconds: number | null;
  /** Decoded before the start and dropped: the frame shown at the start may be there. */
  readonly prerollSeconds: number;
  /** How far the frames of a track that has the output's rate lie behind its grid: from −½ to ½ of a frame. */
  readonly phaseSeconds: number;
  /** Null at the speed of the source; times of the output are shorter or longer by it. */
  readonly speed: Speed | null;
  /** Null to leave it as it is. */
  readonly loudness: Loudness | null;
  /** Whether the source's tags are written into it. */
  readonly isTagged: boolean;
};

export type VideoOutput =
  | { readonly kind: 'copy'; readonly stream: string }
  | {
      readonly kind: 'encode';
      /** Which of the source's, as `Track` has it. */
      readonly stream: string;
      readonly codec: 'h264' | 'vp8' | 'vp9';
      /** Pixels of the source's frames, and the part of them that is shown where it is not all. */
      readonly coded: { readonly width: number; readonly height: number };
      readonly crop: Crop | null;
      readonly width: number;
      readonly height: number;
      readonly rotation: 0 | 90 | 180 | 270;
      readonly mirrored: boolean;
      readonly deinterlace: boolean;
      readonly toneMap: 'pq' | 'hlg' | null;
      readonly colour: ColourPlan;
      /** Of the output, which differs from that of the source's frames at another speed. */
      readonly frameRate: { readonly numerator: number; readonly denominator: number };
      /** Ceiling in bits per second. */
      readonly maxBitrate: number;
      /** Subtitles that are drawn into it; absent without any, so that the names of such outputs stay what they are. */
      readonly burnt?: Burnt;
    };

export type AudioOutput =
  | { readonly kind: 'copy'; readonly stream: string; readonly codec: AudioCodec }
  | {
      readonly kind: 'encode';
      /** Which of the source's, as `Track` has it. */
      readonly stream: string;
      readonly codec: 'aac' | 'mp3' | 'opus' | 'flac' | 'pcm';
      readonly channels: 1 | 2 | 6;
      readonly sampleRate: number;
      /** Bits per second; null for lossless codecs. */
      readonly bitrate: number | null;
      /** Bits a sample of lossless codecs; null to keep what a lossless source has. */
      readonly bits: 16 | null;
    };

/** The media type of an output. */
export function mediaTypeOf({ format, video }: Pick<Output, 'format' | 'video'>): string {
  const { files } = CONTAINERS[FORMATS[format].container];
  return files[video === null ? 'audio' : 'video'].type;
}

/** The sampling of an output's encoded audio. */
export function samplingOf({ audio }: Output): { readonly sampleRate: number; readonly channels: number } {
  const { sampleRate = 48_000, channels = 2 } = audio?.kind === 'encode' ? audio : {};
  return { sampleRate, channels };
}
