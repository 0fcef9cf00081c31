export type PostOptions = {
  readonly contentType: string;
  /** The store refuses more, and nothing. */
  readonly mostBytes: number;
  readonly expiresInSeconds: number;
};

/** What a client posts as `multipart/form-data`, followed by the file as the field `file`. */
export type PostForm = { readonly url: string; readonly fields: Readonly<Record<string, string>> };
