import type { TrackHead } from '../isobmff/track-boxes.ts';
import type { OpenContainer } from '../model/container.ts';
import type { Packet } from '../model/packets.ts';

/**
 * A track that is cut by what its container tells: facts of the file alone, held as long as the file's probe.
 * Times are ticks from `baseSeconds` on.
 */
export type CutTrack = {
  readonly head: TrackHead;
  /** Presentation time of the first packet, on the file's timeline. */
  readonly baseSeconds: number;
  /** Rising times; the last is the end. */
  readonly cuts: Float64Array;
  /** An upper estimate, with as many entries as `cuts`. */
  readonly bytesBefore: Float64Array;
  /**
   * Yields the packets between two cuts, by their positions. Rejects with a problem if one of them is not a
   * cut.
   */
  packets(container: OpenContainer, from: number, to: number): AsyncGenerator<Packet, void, void>;
  /** Looks at a few cuts. */
  look(container: OpenContainer): Promise<Look>;
};

/**
 * Result of a look: why decoding cannot begin at each of a few cuts, in words for people; or the bytes of the
 * frames at those cuts, by position. Audio has none.
 */
export type Look = { readonly whyNot: string } | { readonly keyframeBytes: ReadonlyMap<number, number> };
