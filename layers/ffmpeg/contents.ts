export const PROGRAM_NAMES = ['ffmpeg', 'ffprobe'] as const;
export type ProgramName = (typeof PROGRAM_NAMES)[number];

/** The contents of the layer. */
export type LayerContents = {
  readonly programs: readonly Program[];
  readonly licences: readonly LicenceText[];
};

export type Program = {
  readonly name: ProgramName;
  /** Where it comes from, for use in a sentence. */
  readonly origin: string;
  readonly bytes: Buffer;
};

export type LicenceText = {
  /** The name of the file. */
  readonly name: string;
  readonly bytes: Uint8Array;
};
