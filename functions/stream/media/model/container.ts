import type { RandomAccess } from '../../source/bytes.ts';
import type { AudioCodec, VideoCodec } from './codecs.ts';
import type { Container } from './containers.ts';
import type { AudioTrack, Colour, Crop, FrameRate, Media, SubtitleTrack } from './media.ts';

/**
 * A file that a demuxer has opened. Times are seconds on the file's timeline, which begins at the earliest
 * packet if the file's clock starts anywhere, as in transport streams.
 */
export type OpenContainer = {
  readonly container: Container;
  /** The file's own clock at the beginning of the timeline. */
  readonly originSeconds: number;
  /** The video and audio tracks; `others` cannot be read as packets. */
  readonly tracks: readonly ContainerTrack[];
  readonly others: readonly UnreadTrack[];
  /**
   * Resolves with the end on the file's timeline, in seconds, from the header or the index, or else by reading to the
   * end within the read limit; null if that fails.
   */
  endSeconds(): Promise<number | null>;
  /** True if the file ends before its headers say so. */
  readonly isCutOff: boolean;
  describe(): Promise<Media>;
  /**
   * Sets how many more bytes may be read: packets end there. Probes use it, so that a file cannot make them
   * long.
   */
  limitReads(bytes: number): void;
  /**
   * Leaves it open for a request, which reads it on with `file` until `signal`: the next one to open that file gets it.
   * Closes it instead if that would not be the same as opening it again.
   */
  leaveTo(file: RandomAccess, signal: AbortSignal): void;
  close(): void;
};

export type ContainerTrack = ContainerVideoTrack | ContainerAudioTrack;

type ContainerTrackBase = TrackHeader & {
  readonly codecString: string | null;
  /**
   * The container's data for the decoder: avcC, hvcC, AudioSpecificConfig, OpusHead, `fLaC` and STREAMINFO.
   */
  readonly configuration: Uint8Array | null;
  /** The finest step of the timestamps, in seconds. */
  readonly resolutionSeconds: number;
  /** Time that the decoder drops before the first audio (Matroska's CodecDelay). */
  readonly codecDelaySeconds: number;
  /**
   * Yields packets in decode order, from the key packet at or before `fromSeconds`, or from the first. One
   * iteration at a time.
   */
  packets(fromSeconds?: number): AsyncGenerator<ContainerPacket, void, void>;
  /**
   * Resolves with the end of the last packet, by a look at the end of the file; null if not found within the
   * read limit.
   */
  endSeconds(): Promise<number | null>;
};

export type ContainerVideoTrack = ContainerTrackBase & {
  readonly kind: 'video';
  readonly codec: VideoCodec;
  readonly codecName: string | null;
  readonly codedWidth: number;
  readonly codedHeight: number;
  /** The shown part of the frame, if the container crops it. */
  readonly crop: Crop | null;
  /** Size of the shown part: square pixels, before rotation. */
  readonly squareWidth: number;
  readonly squareHeight: number;
  readonly rotation: 0 | 90 | 180 | 270;
  readonly mirrored: boolean;
  /** Colours by the container or the stream's headers; null if neither tells. */
  readonly colour: Colour | null;
  /** Declared by the container, not measured. */
  readonly declaredFrameRate: FrameRate | null;
  readonly declaredInterlaced: boolean;
};

export type ContainerAudioTrack = ContainerTrackBase &
  Pick<AudioTrack, 'title' | 'purpose'> & {
    readonly kind: 'audio';
    readonly codec: AudioCodec;
    readonly codecName: string | null;
    readonly channels: number;
    readonly sampleRate: number;
    readonly bitsPerSample: number | null;
  };

export type UnreadTrack = TrackHeader & { readonly codec: string } & (
    | ({ readonly kind: 'subtitle' } & Pick<SubtitleTrack, 'title' | 'isForced' | 'isForHearingImpaired'>)
    | { readonly kind: 'data' | 'unknown' }
  );

type TrackHeader = {
  readonly index: number;
  /** ffmpeg's specifier of the track. */
  readonly stream: string;
  readonly language: string | null;
  readonly isDefault: boolean;
};

export type ContainerPacket = {
  readonly data: Uint8Array;
  readonly timestampSeconds: number;
  /** 0 if the container does not tell. */
  readonly durationSeconds: number;
  readonly isKey: boolean;
};
