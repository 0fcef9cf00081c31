/** Pixels across and down. */
export type Size = { readonly width: number; readonly height: number };
