/** Blocks that are larger are no text. */
export const MOST_BLOCK_BYTES = 256 * 1024;

/** What a container holds of a subtitle track, not yet decoded. */
export type TextBlock = {
  /** On the file's own clock. */
  readonly startSeconds: number;
  /** Null if the file does not tell. */
  readonly endSeconds: number | null;
  readonly data: Uint8Array;
  /** What stands beside the text: a cue's settings on the first line, of WebVTT in Matroska. Null if there is nothing. */
  readonly addition: Uint8Array | null;
};
