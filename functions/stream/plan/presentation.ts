import type { AudioPurpose } from '../media/model/media.ts';
import type { FrameTicks } from './frame-grid.ts';
import type { AudioOutput, VideoOutput } from './output.ts';

/**
 * What adaptive streaming (HLS, DASH) offers of one version of an object: all facts of its playlists and segments. It
 * is a pure function of the probe, so that any instance answers any of its addresses.
 */
export type Presentation = {
  /** The presentation's zero on the file's timeline: the earliest start of the offered tracks. */
  readonly zeroSeconds: number;
  readonly durationSeconds: number;
  /** Best first; empty for audio alone. */
  readonly video: readonly VideoRendition[];
  /** Those of each audio track of the file follow each other, the default track's first. */
  readonly audio: readonly AudioRendition[];
  /** Of a clip: where it lies in the film. Its renditions keep the film's times. */
  readonly clip?: Clip;
  /** Why tracks are encoded, or that none is; in words for people. */
  readonly reason: string;
};

/** In seconds from the film's zero: where its first frame is shown, and where the last one ends. */
export type Clip = { readonly startSeconds: number; readonly endSeconds: number };

export type Rendition = VideoRendition | AudioRendition;

/**
 * Bits per second that no segment exceeds over its own duration, and the average of all; for encoded renditions, the
 * most that it can be.
 */
export type Bitrates = { readonly peakBitrate: number; readonly averageBitrate: number };

type RenditionBase = Bitrates & {
  /** Its name in addresses: `copy`, `720p`, `audio-0`, `audio-0-surround`. */
  readonly id: string;
  /** RFC 6381, such as `avc1.64001f`; what the segments' sample entry says, exactly. */
  readonly codecs: string;
  /** Ticks per second of every time below. */
  readonly timescale: number;
  /** Each begins where the one before it ends. */
  readonly segments: readonly Segment[];
  /** Of a clip: which segments of the film these are. */
  readonly excerpt?: Excerpt;
};

/** The film's segments from this number on, of which the first and the last may be parts instead: of these frames. */
export type Excerpt = {
  readonly firstIndex: number;
  readonly first: Part | null;
  readonly last: Part | null;
};

/** Frames `[from, to)` of a rendition, less than a segment, or a little more than one; packets if it is audio. */
export type Part = { readonly from: number; readonly to: number };

/** In ticks, from the presentation's zero. */
export type Segment = { readonly startTicks: number; readonly durationTicks: number };

export type VideoRendition = RenditionBase & {
  readonly kind: 'video';
  readonly iFrames: IFrames;
  readonly width: number;
  readonly height: number;
  readonly frameRate: { readonly numerator: number; readonly denominator: number } | null;
  /** Encoded renditions are always in standard range. */
  readonly dynamicRange: 'sdr' | 'pq' | 'hlg';
  readonly source:
    | (CopySource & {
        /** Frame `i` of `iFrames` is that at the cut `iFrameCuts[i]`. */
        readonly iFrameCuts: readonly number[];
        /** The constant grid that has its frames, to the nearest: what encoded renditions have. */
        readonly grid: FrameTicks;
        /** How the parts are encoded with which a clip begins and ends; null if that cannot be, or would take too long. */
        readonly parts: PartCoding | null;
      })
    | {
        readonly kind: 'encode';
        /** One frame of the constant grid; every segment is a whole number of them. */
        readonly frameTicks: number;
        /** The delay of the grid after the presentation's zero; the first frame is shown from zero nevertheless. */
        readonly phaseTicks: number;
        readonly video: Extract<VideoOutput, { kind: 'encode' }>;
        /** H.264 level times ten, such as 31. */
        readonly level: number;
        /** Frames of a closed group of frames, if a segment has several. */
        readonly groupFrames?: number;
        /** Of a part of a copy: the copied track (`Track.index`), as whose frames these are written. */
        readonly partOfTrack?: number;
      };
};

/** The frames of trick play, each of which is shown until the next one; its bitrates count no others. */
export type IFrames = Bitrates & {
  readonly frames: readonly Segment[];
  /**
   * Of a clip: frame `i` is the film's `firstIndex + i`, but the first one may lie between two of the film's: the frame
   * `first.from`, which is shown until `first.to`.
   */
  readonly excerpt?: { readonly firstIndex: number; readonly first: Part | null };
};

/**
 * What a rendition is of its track: what all play, stereo at most wherever that can be; all of its channels as AAC; or the
 * file's own packets of a codec that some clients take.
 */
export type AudioForm = 'usual' | 'surround' | 'ac3' | 'eac3';

export type AudioRendition = RenditionBase & {
  readonly kind: 'audio';
  /** Of its track, in `audio=`: among the audio tracks of the file, from 0. */
  readonly number: number;
  readonly form: AudioForm;
  /** BCP 47 or ISO 639; null if the file does not tell. */
  readonly language: string | null;
  readonly title: string | null;
  readonly purpose: AudioPurpose;
  /** Whether it is what players begin with, among those of its codec. */
  readonly isDefault: boolean;
  readonly channels: number;
  readonly source:
    | (CopySource & {
        /** When any cut of its track is, in ticks. */
        readonly timeAt: (cut: number) => number;
      })
    | {
        readonly kind: 'encode';
        /** AAC: 1024 samples a frame, `timescale` is the sample rate, every segment is a whole number of frames. */
        readonly audio: Extract<AudioOutput, { kind: 'encode' }>;
      };
};

/** How parts of a copied film are encoded, and what its sample entry says then (RFC 6381). */
export type PartCoding = {
  readonly video: Extract<VideoOutput, { kind: 'encode' }>;
  readonly level: number;
  readonly codecs: string;
};

/** The file's own samples. Segment i has those between the cuts `cuts[i]` and `cuts[i + 1]` of its track. */
export type CopySource = {
  readonly kind: 'copy';
  readonly trackIndex: number;
  readonly cuts: readonly number[];
};
