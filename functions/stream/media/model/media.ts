import type { AudioCodec, VideoCodec } from './codecs.ts';
import type { Container } from './containers.ts';

/** What a probe learns of a file: all that planning needs, and nothing that depends on who asks. */
export type Media = {
  readonly container: Container;
  /** Of the longest track, on the presentation timeline; null where neither header nor index tells. */
  readonly durationSeconds: number | null;
  /** What the file's own clock shows where its timeline here begins: 0 but for broadcasts and cut-out recordings. */
  readonly originSeconds: number;
  readonly tracks: readonly Track[];
  /** Recordings that follow each other in one file, each with times of its own. */
  readonly isJoined?: true;
  /** Where the index (moov) of an MP4 or MOV lies; null for other containers. */
  readonly layout: MovieLayout | null;
};

export type MovieLayout = {
  readonly fragmented: boolean;
  /** The moov lies behind the first mdat, so that a player must fetch the end before it can start. */
  readonly moovAtEnd: boolean;
  /** The metadata names a place (GPS). */
  readonly hasLocation: boolean;
};

export type Track = VideoTrack | AudioTrack | OtherTrack;

type TrackBase = {
  /** Position among all tracks of the file, from 0, in the file's order. */
  readonly index: number;
  /** How ffmpeg is told which it is, whatever else it counts: by its id (`i:2`), its position (`3`) or its kind (`a:0`). */
  readonly stream: string;
  /** Why nothing of it can be decoded here, in a sentence; null if nothing speaks against it. */
  readonly undecodable: string | null;
  /** BCP 47 or ISO 639 code; null where undetermined. */
  readonly language: string | null;
  /** Presentation time of the first sample, in seconds on the file's timeline. */
  readonly startSeconds: number;
  readonly durationSeconds: number | null;
  /** False where the file marks the track as disabled or not default. */
  readonly isDefault: boolean;
  /** Average over the track, where known. */
  readonly bitrate: number | null;
};

export type VideoTrack = TrackBase & {
  readonly kind: 'video';
  readonly codec: VideoCodec;
  /** ffmpeg's name of it, for what is `other` here; null where it is not known. */
  readonly codecName: string | null;
  /** RFC 6381, such as `avc1.640028`; null where it cannot be told. */
  readonly codecString: string | null;
  /** Pixels as coded. */
  readonly codedWidth: number;
  readonly codedHeight: number;
  /** The part of them that is shown, where the container leaves the rest out. */
  readonly crop: Crop | null;
  /** Pixels as a viewer sees them: square, rotated upright; whole numbers. */
  readonly displayWidth: number;
  readonly displayHeight: number;
  /** Clockwise turn that a player applies, after mirroring. */
  readonly rotation: 0 | 90 | 180 | 270;
  /** Left and right are to be exchanged, before the turn. */
  readonly mirrored: boolean;
  readonly frameRate: FrameRate | null;
  /** 8, 10, 12; null where the header does not tell. */
  readonly bitDepth: number | null;
  readonly chroma: '4:2:0' | '4:2:2' | '4:4:4' | 'monochrome' | null;
  readonly dynamicRange: 'sdr' | 'pq' | 'hlg' | null;
  /** As the headers tell it; null where they do not. */
  readonly colour: Colour | null;
  readonly interlaced: boolean;
  /** A still picture that comes with a recording, not a film. */
  readonly isCoverArt: boolean;
};

/** In pixels as coded; all whole numbers. */
export type Crop = {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
};

/** Colour description in the numbers of ITU-T H.273; 2 is unspecified. */
export type Colour = {
  readonly primaries: number;
  readonly transfer: number;
  readonly matrix: number;
  readonly isFullRange: boolean;
};

export type AudioTrack = TrackBase & {
  readonly kind: 'audio';
  readonly codec: AudioCodec;
  /** ffmpeg's name of it, for what is `other` here; null where it is not known. */
  readonly codecName: string | null;
  readonly codecString: string | null;
  readonly channels: number;
  readonly sampleRate: number;
  /** Of what is lossless and says so; null elsewhere. */
  readonly bitsPerSample: number | null;
  /** What the file calls it, at most 80 characters of one line; null where it does not. */
  readonly title: string | null;
  readonly purpose: AudioPurpose;
  /** What decoders leave out at the start without a word about it in the times (Matroska's CodecDelay); usually 0. */
  readonly codecDelaySeconds: number;
};

/** What is talked about beside the film itself, and what is seen told to those who do not see it. */
export type AudioPurpose = 'main' | 'commentary' | 'description';

export type OtherTrack = TrackBase & {
  readonly kind: 'subtitle' | 'data' | 'unknown';
  /** The container's own name of the codec. */
  readonly codec: string;
};

/** Exact as a fraction: 30000/1001. `constant` is false for variable frame rate, where the fraction is the average. */
export type FrameRate = {
  readonly numerator: number;
  readonly denominator: number;
  readonly constant: boolean;
};
