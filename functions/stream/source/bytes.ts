/** Random access to one version of one object: the view that parsers work on. */
export type RandomAccess = {
  readonly sizeBytes: number;
  /**
   * Reads the bytes `[start, end)`, cut at the object's end: fewer bytes come back only there. The result may
   * be a view of a shared cache: do not write to it.
   */
  read(start: number, end: number): Promise<Uint8Array>;
};

/** A byte range of a file that is assembled from the source's own bytes and from generated ones. */
export type Extent =
  | { readonly kind: 'source'; readonly start: number; readonly end: number }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array };
