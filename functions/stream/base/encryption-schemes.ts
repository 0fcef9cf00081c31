/** How segments are encrypted: whole ones for HLS, or their samples by Common Encryption for HLS and DASH. */
export const SCHEMES = ['aes-128', 'cbcs'] as const;
export type Scheme = (typeof SCHEMES)[number];
