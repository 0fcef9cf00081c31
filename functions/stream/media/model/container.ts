import type { AudioCodec, VideoCodec } from './codecs.ts';
import type { Container } from './containers.ts';
import type { AudioTrack, Colour, Crop, FrameRate, Media } from './media.ts';

/**
 * A file that a demuxer has opened. Times are seconds on the file's timeline, which begins at the earliest packet where
 * the file's clock starts somewhere, as in transport streams.
 */
export type OpenContainer = {
  readonly container: Container;
  /** What the file's own clock shows where the timeline begins. */
  readonly originSeconds: number;
  /** The video and audio tracks; `others` are those that cannot be read as packets. */
  readonly tracks: readonly ContainerTrack[];
  readonly others: readonly UnreadTrack[];
  /** From the header or the index, else by reading on to the end within the read limit; null where that fails. */
  durationSeconds(): Promise<number | null>;
  /** The file ends before what its headers announce. */
  readonly isCutOff: boolean;
  describe(): Promise<Media>;
  /** Bytes that may still be read: packets end there. For probes, so that a file cannot make them long. */
  limitReads(bytes: number): void;
  close(): void;
};

export type ContainerTrack = ContainerVideoTrack | ContainerAudioTrack;

type ContainerTrackBase = TrackHeader & {
  readonly codecString: string | null;
  /** What the container keeps for the decoder: avcC, hvcC, AudioSpecificConfig, OpusHead, `fLaC` and STREAMINFO. */
  readonly configuration: Uint8Array | null;
  /** The finest step of the timestamps, in seconds. */
  readonly resolutionSeconds: number;
  /** Time that the decoder swallows before the first sound (Matroska's CodecDelay). */
  readonly codecDelaySeconds: number;
  /** In decode order, from the key packet at or before `fromSeconds`, or from the first. One iteration at a time. */
  packets(fromSeconds?: number): AsyncGenerator<ContainerPacket, void, void>;
  /** Of its last packet, by a look at the end of the file; null where that is not found within the read limit. */
  endSeconds(): Promise<number | null>;
};

export type ContainerVideoTrack = ContainerTrackBase & {
  readonly kind: 'video';
  readonly codec: VideoCodec;
  readonly codecName: string | null;
  readonly codedWidth: number;
  readonly codedHeight: number;
  /** The part that is shown, where the container leaves the rest out. */
  readonly crop: Crop | null;
  /** Of what is shown: square pixels, before rotation. */
  readonly squareWidth: number;
  readonly squareHeight: number;
  readonly rotation: 0 | 90 | 180 | 270;
  readonly mirrored: boolean;
  /** As the container or the stream's headers tell; null where neither does. */
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

export type UnreadTrack = TrackHeader & {
  readonly kind: 'subtitle' | 'data' | 'unknown';
  readonly codec: string;
};

type TrackHeader = {
  readonly index: number;
  /** How ffmpeg is told which it is. */
  readonly stream: string;
  readonly language: string | null;
  readonly isDefault: boolean;
};

export type ContainerPacket = {
  readonly data: Uint8Array;
  readonly timestampSeconds: number;
  /** 0 where the container does not tell. */
  readonly durationSeconds: number;
  readonly isKey: boolean;
};
