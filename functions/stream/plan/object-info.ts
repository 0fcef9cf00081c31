import type { ProblemBody } from '../base/problem-body.ts';
import type { TrackLoudness } from '../media/model/findings.ts';
import type { Media } from '../media/model/media.ts';

/** What `/info` answers, as JSON; the player page reads it. */
export type ObjectInfo = {
  readonly key: string;
  readonly sizeBytes: number;
  /** With its quotes, as HTTP writes it. */
  readonly etag: string;
  /** ISO 8601, in UTC. */
  readonly lastModified: string;
  readonly media: Media;
  /** The address of an image that stands for the object; null if it has none. */
  readonly poster: string | null;
  /** A tiny image to show until the poster is there, as a data URL; null before one was encoded. */
  readonly blur: string | null;
  /** Of audio tracks that were measured for an output. */
  readonly loudness: readonly TrackLoudness[];
  readonly addresses: readonly AddressInfo[];
  /** Subtitles of the file itself and of files beside it. */
  readonly subtitles: readonly SubtitleInfo[];
  readonly chapters: readonly ChapterInfo[];
};

export type ChapterInfo = {
  /** On the timeline that players see. */
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly title: string;
};

export type SubtitleInfo = {
  /** BCP 47 or ISO 639; null if nothing tells. */
  readonly language: string | null;
  readonly title: string | null;
  readonly isForced: boolean;
  readonly isForHearingImpaired: boolean;
  /** Where they are WebVTT; null where they are not shown. */
  readonly href: string | null;
  /** Why they are not shown; null if they are. */
  readonly whyNot: string | null;
};

/** What an address would do, or why it is refused. */
export type AddressInfo =
  | {
      readonly href: string;
      readonly plan: string;
      readonly reason: string;
      readonly contentType: string;
      readonly predicted: PredictedCost;
    }
  | { readonly href: string; readonly problem: ProblemBody };

/** The most that an answer costs; null where it cannot be told. */
export type PredictedCost = {
  /** Of wall clock, for the work. */
  readonly seconds: number | null;
  /** On the wire. */
  readonly bytes: number | null;
  /** What Lambda bills for. */
  readonly gigabyteSeconds: number | null;
};
