import { createHash } from 'node:crypto';
import type { StoredObject } from '../source/source.ts';

/**
 * Is raised when the same plan gives other bytes: it is part of the tags of live answers, of the addresses of segments,
 * and of the names of cached outputs.
 */
const ENGINE_VERSION = 4;

/**
 * A hash that stands for the output of one plan of one version of an object. It begins with that of the key, so that all
 * that was produced of an object can be found and removed.
 */
export function hashOf({ key, etag }: Pick<StoredObject, 'key' | 'etag'>, plan: unknown): string {
  return keyHash(key) + hashed([ENGINE_VERSION, key, etag, plan]).slice(0, 16);
}

/** The first characters of every hash of an object. Another object may share them, if rarely. */
export function keyHash(key: string): string {
  return hashed(['key', key]).slice(0, 6);
}

function hashed(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}
