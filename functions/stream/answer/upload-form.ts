import type { PostForm } from '../source/post-form.ts';

/** The JSON answer of `/upload/{key}`. */
export type UploadForm = {
  readonly key: string;
  /** The most that is taken. */
  readonly mostBytes: number;
  /** What is posted to the store; null if the file itself is posted to this address. */
  readonly form: PostForm | null;
};
