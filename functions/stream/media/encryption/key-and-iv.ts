/** The bytes of a block of AES, of a key of AES-128 and of an initialization vector. */
export const BLOCK_BYTES = 16;

/** Each of 16 bytes. */
export type KeyAndIv = { readonly key: Uint8Array; readonly iv: Uint8Array };
