import type { AudioCodec, VideoCodec } from './codecs.ts';
import type { Container } from './containers.ts';

/** The result of a probe: all that planning needs, and nothing that depends on the client. */
export type Media = {
  readonly container: Container;
  /** Seconds from the start of the earliest track to the end of the last one; null if neither header nor index tells. */
  readonly durationSeconds: number | null;
  /**
   * The file's own clock at the beginning of its timeline here: 0 except for broadcasts and cut-out
   * recordings.
   */
  readonly originSeconds: number;
  readonly tracks: readonly Track[];
  /** True if recordings follow each other in one file, each with times of its own. */
  readonly isJoined?: true;
  /** Places in an MP4 or MOV; null for other containers. */
  readonly layout: MovieLayout | null;
};

export type MovieLayout = {
  readonly fragmented: boolean;
  /** True if the moov follows the first mdat, so that a player must fetch the end before it can start. */
  readonly moovAtEnd: boolean;
  /** True if the metadata has a location (GPS). */
  readonly hasLocation: boolean;
};

export type Track = VideoTrack | AudioTrack | SubtitleTrack | OtherTrack;

type TrackBase = {
  /** Position among all tracks of the file, from 0, in the file's order. */
  readonly index: number;
  /**
   * ffmpeg's specifier of the track, whatever else ffmpeg counts: its id (`i:2`), its position (`3`) or its
   * kind (`a:0`).
   */
  readonly stream: string;
  /** The reason, in a sentence, why none of it can be decoded here; null if nothing speaks against it. */
  readonly undecodable: string | null;
  /** BCP 47 or ISO 639 code; null if undetermined. */
  readonly language: string | null;
  /** Presentation time of the first sample, in seconds on the file's timeline. */
  readonly startSeconds: number;
  readonly durationSeconds: number | null;
  /** False if the file marks the track as disabled or not default. */
  readonly isDefault: boolean;
  /** Average over the track, if known. */
  readonly bitrate: number | null;
  /** True if the file shows several parts of its samples, in an order of its own; otherwise left out. */
  readonly isEdited?: true;
  /** True if the file has samples before what it shows that players may show as well; otherwise left out. */
  readonly hidesStart?: true;
  /** The same behind what it shows. */
  readonly hidesEnd?: true;
};

export type VideoTrack = TrackBase & {
  readonly kind: 'video';
  readonly codec: VideoCodec;
  /** ffmpeg's name of a codec that is `other` here; null if unknown. */
  readonly codecName: string | null;
  /** RFC 6381, such as `avc1.640028`; null if unknown. */
  readonly codecString: string | null;
  /** Pixels as coded. */
  readonly codedWidth: number;
  readonly codedHeight: number;
  /** The shown part of them, if the container crops the rest. */
  readonly crop: Crop | null;
  /** Pixels as a viewer sees them: square, rotated upright; whole numbers. */
  readonly displayWidth: number;
  readonly displayHeight: number;
  /** Clockwise rotation that a player applies, after mirroring. */
  readonly rotation: 0 | 90 | 180 | 270;
  /** True if left and right are exchanged, before the rotation. */
  readonly mirrored: boolean;
  readonly frameRate: FrameRate | null;
  /** 8, 10, 12; null if the header does not tell. */
  readonly bitDepth: number | null;
  readonly chroma: '4:2:0' | '4:2:2' | '4:4:4' | 'monochrome' | null;
  readonly dynamicRange: 'sdr' | 'pq' | 'hlg' | null;
  /** Colours by the headers; null if they do not tell. */
  readonly colour: Colour | null;
  readonly interlaced: boolean;
  /** True for a still image that comes with a recording. */
  readonly isCoverArt: boolean;
};

/** A part of a frame, in coded pixels; all whole numbers. */
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
  /** ffmpeg's name of a codec that is `other` here; null if unknown. */
  readonly codecName: string | null;
  readonly codecString: string | null;
  readonly channels: number;
  readonly sampleRate: number;
  /** Bits of lossless codecs that declare them; otherwise null. */
  readonly bitsPerSample: number | null;
  /** The file's title of the track, at most 80 characters of one line; null if none. */
  readonly title: string | null;
  readonly purpose: AudioPurpose;
  /**
   * Samples that decoders drop at the start although the times do not show it (Matroska's CodecDelay, LAME's tag);
   * usually 0.
   */
  readonly codecDelaySeconds: number;
};

/**
 * Purpose of an audio track: talk about the film is `commentary`, descriptions for blind viewers are
 * `description`.
 */
export type AudioPurpose = 'main' | 'commentary' | 'description';

export type SubtitleTrack = TrackBase & {
  readonly kind: 'subtitle';
  /** The container's own name of the codec, such as `S_TEXT/UTF8` or `tx3g`. */
  readonly codec: string;
  /** The file's title of the track, at most 80 characters of one line; null if none. */
  readonly title: string | null;
  /** True for what is shown to viewers who asked for no subtitles as well: signs, and speech in another language. */
  readonly isForced: boolean;
  /** True if it describes sounds as well. */
  readonly isForHearingImpaired: boolean;
};

export type OtherTrack = TrackBase & {
  readonly kind: 'data' | 'unknown';
  /** The container's own name of the codec. */
  readonly codec: string;
};

/**
 * Exact as a fraction: 30000/1001. `constant` is false for variable frame rate, whose fraction is the
 * average.
 */
export type FrameRate = {
  readonly numerator: number;
  readonly denominator: number;
  readonly constant: boolean;
};
