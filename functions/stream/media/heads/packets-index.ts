/** What the head of an MP3 or FLAC file follows from. */
export type PacketsIndex = {
  readonly bytes: number;
  readonly packets: number;
  /** Of all packets, the encoder's priming among them, and of what is heard. */
  readonly priming: number;
  readonly samples: number;
  readonly shortest: number;
  readonly longest: number;
  /** Of the first packet, and of the sample entry: in hexadecimal. */
  readonly firstBytes: string;
  readonly sampleEntry: string;
  /** Where in the file each hundredth of the packets lies, in bytes. */
  readonly places: readonly number[];
};
