/** Offset of the first transport packet of 188 bytes in a file, and the distance of packets. */
export type PacketLayout = { readonly offset: number; readonly stride: number };
