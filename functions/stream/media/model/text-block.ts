/** What a container holds of a subtitle track, not yet decoded. */
export type TextBlock = {
  /** On the file's own clock. */
  readonly startSeconds: number;
  /** Null if the file does not tell. */
  readonly endSeconds: number | null;
  readonly data: Uint8Array;
};
