import type { TrackHead } from '../isobmff/track-boxes.ts';
import type { OpenContainer } from '../model/container.ts';
import type { Packet } from '../model/packets.ts';

/**
 * A track that is cut by what its container tells: facts of the file alone, kept while it is. Times are ticks from
 * `baseSeconds` on.
 */
export type CutTrack = {
  readonly head: TrackHead;
  /** When the first packet is presented, on the file's timeline. */
  readonly baseSeconds: number;
  /** Rising; the last is the end. */
  readonly cuts: Float64Array;
  /** An estimate from above: as long as `cuts`. */
  readonly bytesBefore: Float64Array;
  /** Of what lies between two cuts, by their positions. Rejects with a problem where one of them is none. */
  packets(container: OpenContainer, from: number, to: number): AsyncGenerator<Packet, void, void>;
  /** Looks at a few cuts. */
  look(container: OpenContainer): Promise<Look>;
};

/**
 * Why decoding cannot begin at each of a few cuts, in words for people; or the bytes of the pictures that lie at them, by
 * their positions. Audio has none.
 */
export type Look = { readonly whyNot: string } | { readonly keyframeBytes: ReadonlyMap<number, number> };
