/** The values that the head of an MP3 or FLAC file is built from. */
export type PacketsIndex = {
  readonly bytes: number;
  readonly packets: number;
  /** Samples of all packets, including the encoder's priming and inaudible ones. */
  readonly priming: number;
  readonly samples: number;
  readonly shortest: number;
  readonly longest: number;
  /** First bytes of the first packet, and the sample entry: in hexadecimal. */
  readonly firstBytes: string;
  readonly sampleEntry: string;
  /** Byte offset in the file of each hundredth of the packets. */
  readonly places: readonly number[];
};
