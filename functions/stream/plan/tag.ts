import { createHash } from 'node:crypto';
import type { StoredObject } from '../source/source.ts';

/**
 * Is raised when the same plan gives other bytes: it is part of the tags of live answers, of the addresses of segments,
 * and of the names of cached outputs.
 */
const ENGINE_VERSION = 3;

/** A hash that stands for the output of one plan of one version of an object. */
export function hashOf({ key, etag }: Pick<StoredObject, 'key' | 'etag'>, plan: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify([ENGINE_VERSION, key, etag, plan]));
  return hash.digest('base64url').slice(0, 22);
}
