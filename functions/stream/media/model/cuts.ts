/** Where a track may be cut without decoding it. */
export type Cuts = {
  readonly trackIndex: number;
  /** Ticks per second; the track's own clock, unless a container has none. */
  readonly timescale: number;
  /** The last one of them is the end. Sound has millions, so that they are told one by one. */
  readonly count: number;
  /**
   * Presentation times in ticks, from the presentation's zero, rising: at each of them decoding can begin, and nothing
   * behind it is shown before it. Video: closed groups of pictures alone. Sound: every packet.
   */
  timeAt(cut: number): number;
  /** Bytes of media that lie before it. */
  bytesBefore(cut: number): number;
  /** Of the one picture that lies at it, or an estimate; null where nothing tells. */
  keyframeBytes(cut: number): number | null;
};
