/** One elementary stream, ready to be written into fragmented MP4 without decoding it. */
export type PacketTrack = {
  readonly kind: 'video' | 'audio';
  /** Ticks per second of every time below. */
  readonly timescale: number;
  /** The complete sample entry box (`avc1`, `mp4a`, …) as it goes into `stsd`. */
  readonly sampleEntry: Uint8Array;
  /** ISO 639-2/T, three letters; `und` if unknown. */
  readonly language: string;
  /** Presentation size before rotation, in square pixels; 0 for audio. */
  readonly width: number;
  readonly height: number;
  /** The 3×3 matrix of `tkhd`, 36 bytes as stored; null for the identity. */
  readonly matrix: Uint8Array | null;
  /** Silence or blank before the first sample, in seconds: a leading empty edit. */
  readonly delaySeconds: number;
  /** Where presentation starts on the track's own timeline, in ticks: the edit list's media_time. */
  readonly mediaTime: number;
  /** Duration of the presentation, in ticks; null if unknown before the end. */
  readonly durationTicks: number | null;
  /** Packets in decode order, each once; can be iterated once. */
  readonly packets: AsyncIterable<Packet>;
};

export type Packet = {
  readonly data: Uint8Array;
  /** Decode time in ticks, not negative, never decreasing. */
  readonly dts: number;
  /** Presentation time in ticks; `pts - dts` may be negative. */
  readonly pts: number;
  readonly duration: number;
  readonly isSync: boolean;
};
