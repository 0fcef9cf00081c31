/** The places where a track may be cut without decoding it. */
export type Cuts = {
  readonly trackIndex: number;
  /** Ticks per second; the track's own clock, unless a container has none. */
  readonly timescale: number;
  /** The last cut is the end. Audio has millions, so that they are read one by one. */
  readonly count: number;
  /**
   * Presentation time in ticks, from the presentation's zero, rising: decoding can begin at each cut, and
   * nothing after it is shown before it. Video: only closed groups of pictures. Audio: every packet.
   */
  timeAt(cut: number): number;
  /** Bytes of media before the cut. */
  bytesBefore(cut: number): number;
  /** Bytes of the one frame at the cut, or an estimate; null if unknown. */
  keyframeBytes(cut: number): number | null;
};
