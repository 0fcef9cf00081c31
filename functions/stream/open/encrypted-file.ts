import { createCipheriv } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import type { ByteRange } from '../base/range.ts';
import type { FileRepresentation, LiveRepresentation, Representation } from '../http/representation.ts';
import { slice } from '../http/slice.ts';
import { BLOCK_BYTES, type KeyAndIv } from '../media/encryption/key-and-iv.ts';

/**
 * Encrypts an output as HLS has it (RFC 8216 §4.3.2.4, AES-128): by CBC as a whole, each block as soon as it is there.
 * The result has ranges where the clear one has.
 */
export function encryptedFile(clear: Representation, etag: string, secret: KeyAndIv): Representation {
  return clear.kind === 'live' ? encryptedLive(clear, etag, secret) : encryptedKnown(clear, etag, secret);
}

function encryptedLive(
  { contentType, open }: LiveRepresentation,
  etag: string,
  { key, iv }: KeyAndIv,
): LiveRepresentation {
  return {
    ...{ kind: 'live', contentType, etag },
    open: async () => pipeline(await open(), createCipheriv('aes-128-cbc', key, iv), () => {}),
  };
}

/** Has no address at the store, which holds the clear bytes. */
function encryptedKnown(
  { contentType, contentDisposition, sizeBytes, open }: FileRepresentation,
  etag: string,
  secret: KeyAndIv,
): FileRepresentation {
  return {
    ...{ kind: 'file', contentType, contentDisposition, etag, lastModified: null },
    sizeBytes: encryptedBytes(sizeBytes),
    isSequential: true,
    open: (range) => encryptedRange(open, sizeBytes, range, secret),
  };
}

/** Padding fills the last block, or is one of its own (PKCS #7). */
function encryptedBytes(clearBytes: number): number {
  return (Math.floor(clearBytes / BLOCK_BYTES) + 1) * BLOCK_BYTES;
}

/** Each block needs all before it, so that everything up to the range's end is read. */
async function encryptedRange(
  open: FileRepresentation['open'],
  clearBytes: number,
  range: ByteRange,
  { key, iv }: KeyAndIv,
): Promise<Readable> {
  const blocks = Math.ceil(range.end / BLOCK_BYTES) * BLOCK_BYTES;
  const isPadded = blocks > clearBytes;
  const clear = await open({ start: 0, end: isPadded ? clearBytes : blocks });
  const cipher = createCipheriv('aes-128-cbc', key, iv).setAutoPadding(isPadded);
  const encrypted = pipeline(clear, cipher, () => {});
  if (range.start === 0 && range.end === blocks) return encrypted;
  const part = Readable.from(slice(encrypted, range), { objectMode: false });
  // A generator that was never started does not end the stream that it reads.
  part.once('close', () => encrypted.destroy());
  return part;
}
