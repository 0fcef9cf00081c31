export const PROGRAM_NAMES = ['ffmpeg', 'ffprobe'] as const;
export type ProgramName = (typeof PROGRAM_NAMES)[number];

/** What goes into the layer. */
export type LayerContents = {
  readonly programs: readonly Program[];
  readonly licences: readonly LicenceText[];
};

export type Program = {
  readonly name: ProgramName;
  /** Where it comes from, as a sentence names it. */
  readonly origin: string;
  readonly bytes: Buffer;
};

export type LicenceText = {
  /** A file's name. */
  readonly name: string;
  readonly bytes: Uint8Array;
};
