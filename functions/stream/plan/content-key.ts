import { createHmac } from 'node:crypto';
import type { Scheme } from '../base/encryption-schemes.ts';
import type { Encryption, EncryptionSecret } from '../config/encryption.ts';
import type { MediaAsk } from '../route/adaptive.ts';
import type { StoredObject } from '../source/source.ts';
import { hashOf } from './tag.ts';

/**
 * What the segments of one version of an object are encrypted with. A service that asks a key server (SPEKE, CPIX) for
 * keys would fill the same fields.
 */
export type ContentKey = {
  readonly scheme: Scheme;
  /** Of the addresses of encrypted segments: other keys have other ones. */
  readonly version: string;
  /** The key's id, 16 bytes: it is in manifests and init segments. */
  readonly id: Uint8Array;
  /** 16 bytes. */
  readonly key: Uint8Array;
  /** Returns the 16 bytes with which a rendition, or one of its segments that is encrypted as a whole, begins. */
  ivOf(rendition: string, ask: MediaAsk | null): Uint8Array;
};

/** Key, id and initialization vector are 128 bits (AES-128; ISO/IEC 23001-7 §8.2). */
const BYTES = 16;

/**
 * Derives the keys of an object's version, `clearVersion` that of its segments before they are encrypted: one for each
 * secret, the first for new playlists. The same at each call and in each instance.
 */
export function contentKeys(
  object: StoredObject,
  clearVersion: string,
  { scheme, secrets }: Encryption,
): readonly ContentKey[] {
  return secrets.map((secret) => contentKey(object, clearVersion, scheme, secret));
}

function contentKey(
  object: StoredObject,
  clearVersion: string,
  scheme: Scheme,
  { secret }: EncryptionSecret,
): ContentKey {
  const derived = (use: string, ...of: readonly string[]) =>
    createHmac('sha256', secret)
      .update(JSON.stringify([`sluice-${use}-1`, scheme, object.key, clearVersion, ...of]))
      .digest()
      .subarray(0, BYTES);
  const id = derived('key-id');
  return {
    scheme,
    version: hashOf(object, ['encrypted', clearVersion, scheme, id.toString('hex')]).slice(-12),
    id,
    key: derived('key'),
    ivOf: (rendition, ask) => derived('iv', rendition, ...(ask === null ? [] : [nameOf(ask)])),
  };
}

/** Names a segment within its rendition. */
function nameOf(ask: MediaAsk): string {
  switch (ask.kind) {
    case 'init':
    case 'clip-init':
      return ask.kind;
    case 'part':
    case 'iframe-part':
      return `${ask.kind} ${ask.from} ${ask.to}`;
    case 'segment':
    case 'iframe':
      return `${ask.kind} ${ask.index}`;
    default:
      return ask satisfies never;
  }
}
