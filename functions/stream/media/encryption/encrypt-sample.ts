import { createCipheriv } from 'node:crypto';
import type { SubsampleMap } from '../isobmff/encrypted-samples.ts';
import { BLOCK_BYTES, type KeyAndIv } from './key-and-iv.ts';

/** Of ten blocks of video one is encrypted (ISO/IEC 23001-7 §10.4.2). */
export const PATTERN = { encrypted: 1, clear: 9 } as const;

/**
 * Encrypts a sample by the scheme `cbcs`: each stretch that its map names begins anew with the vector. Without a map, all
 * of it but the last bytes that fill no block.
 */
export function encryptSample(sample: Uint8Array, map: SubsampleMap, secret: KeyAndIv): Buffer {
  const bytes = Buffer.from(sample);
  if (map.length === 0) {
    encryptBlocks(bytes, blocksFrom(0, bytes.byteLength, 1), secret);
    return bytes;
  }
  let at = 0;
  for (const { clear, encrypted } of map) {
    at += clear;
    encryptBlocks(bytes, blocksFrom(at, at + encrypted, PATTERN.encrypted + PATTERN.clear), secret);
    at += encrypted;
  }
  return bytes;
}

/** Returns where every `step`th whole block of a stretch begins. */
function blocksFrom(start: number, end: number, step: number): readonly number[] {
  const places: number[] = [];
  for (let at = start; at + BLOCK_BYTES <= end; at += step * BLOCK_BYTES) places.push(at);
  return places;
}

function encryptBlocks(bytes: Buffer, places: readonly number[], { key, iv }: KeyAndIv): void {
  if (places.length === 0) return;
  const clear = Buffer.concat(places.map((at) => bytes.subarray(at, at + BLOCK_BYTES)));
  const encrypted = createCipheriv('aes-128-cbc', key, iv).setAutoPadding(false).update(clear);
  for (const [i, at] of places.entries()) encrypted.copy(bytes, at, i * BLOCK_BYTES, (i + 1) * BLOCK_BYTES);
}
