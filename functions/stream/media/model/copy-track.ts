import type { Readable } from 'node:stream';
import type { ByteRange } from '../../base/range.ts';
import type { CachedAccess } from '../../source/cache.ts';
import type { Source, StoredObject } from '../../source/source.ts';
import type { Cuts } from './cuts.ts';

/** One track of a file, cut into segments of fragmented MP4 without decoding it. */
export type CopyTrack = {
  readonly cuts: Cuts;
  /** The init segment of this track alone. Its edit list takes off what decoding is ahead of presentation. */
  init(): Uint8Array;
  /** Everything between two cuts, by their positions in `cuts`. */
  segment(from: number, to: number, sequenceNumber: number): Segment;
  /** The one picture at a cut, shown for so long: a fragment of its own, for trick play. Video only. */
  iFrame(cut: number, durationTicks: number, sequenceNumber: number): Segment;
};

export type Segment = {
  /** Null where the size is known at the end only: then the whole is all that can be opened. */
  readonly sizeBytes: number | null;
  /**
   * Rejects with a problem before the first byte, also where decoding cannot begin with this segment; after that the
   * stream errors, and never ends short.
   */
  open(range?: ByteRange): Promise<Readable>;
};

export type CopyTrackInput = {
  readonly source: Source;
  readonly object: StoredObject;
  readonly access: CachedAccess;
  /** `Track.index` of what is wanted. */
  readonly trackIndex: number;
  /** Where the presentation's own zero lies on the file's timeline. */
  readonly zeroSeconds: number;
  /**
   * Whether a few key frames are looked at, for what the index does not tell: with `true` for playlists and plans, with
   * `false` for a segment, which looks at its own. It costs some small reads, once for each version that is kept.
   */
  readonly inspectsKeyframes: boolean;
  readonly signal: AbortSignal;
};

/** Why a track cannot be cut without decoding it, in words for people. */
export type NoCopy = { readonly whyNot: string };
