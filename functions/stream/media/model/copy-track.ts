import type { Readable } from 'node:stream';
import type { ByteRange } from '../../base/range.ts';
import type { CachedAccess } from '../../source/cache.ts';
import type { Source, StoredObject } from '../../source/source.ts';
import type { Cuts } from './cuts.ts';
import type { PacketTrack } from './packets.ts';

/** One track of a file, cut into segments of fragmented MP4 without decoding it. */
export type CopyTrack = {
  readonly cuts: Cuts;
  /** What its init segment says. */
  readonly head: Omit<PacketTrack, 'packets'>;
  /**
   * Writes the init segment of this track alone. Its edit list removes the time by which decoding is ahead of
   * presentation.
   */
  init(): Uint8Array;
  /** Returns everything between two cuts, by their positions in `cuts`. */
  segment(from: number, to: number, sequenceNumber: number): Segment;
  /**
   * Returns the one frame at a cut, shown for `durationTicks`: a fragment of its own, for trick play. Video
   * only.
   */
  iFrame(cut: number, durationTicks: number, sequenceNumber: number): Segment;
};

export type Segment = {
  /** Null if the size is known only at the end: then only the whole can be opened. */
  readonly sizeBytes: number | null;
  /**
   * Opens the bytes. Rejects with a problem before the first byte, also if decoding cannot begin with this
   * segment; after that the stream errors, and never ends short.
   */
  open(range?: ByteRange): Promise<Readable>;
};

export type CopyTrackInput = {
  readonly source: Source;
  readonly object: StoredObject;
  readonly access: CachedAccess;
  /** `Track.index` of the wanted track. */
  readonly trackIndex: number;
  /** The presentation's zero on the file's timeline. */
  readonly zeroSeconds: number;
  /**
   * Whether to look at a few keyframes for what the index does not tell: `true` for playlists and plans,
   * `false` for a segment, which looks at its own. It costs some small reads, once for each cached version.
   */
  readonly inspectsKeyframes: boolean;
  readonly signal: AbortSignal;
};

/** Why a track cannot be cut without decoding it, in words for people. */
export type NoCopy = { readonly whyNot: string };
