/** A named part of a film or an audio book. */
export type Chapter = {
  /** On the file's own clock. */
  readonly startSeconds: number;
  /** Null if the file does not tell: it lasts until the next one. */
  readonly endSeconds: number | null;
  /** Empty for none. */
  readonly title: string;
};

/** More than any book has; a file can claim any number. */
export const MAX_CHAPTERS = 2_000;
