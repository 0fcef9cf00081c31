/** Where transport packets of 188 bytes begin in a file, and how far apart they are. */
export type PacketLayout = { readonly offset: number; readonly stride: number };
