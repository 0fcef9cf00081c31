import { createHash } from 'node:crypto';
import type { StoredObject } from '../source/source.ts';

/**
 * Changes when the same plan would give other bytes: part of every made answer's tag, of
 * segments' addresses and of the names under which they are kept. */
const ENGINE_VERSION = 2;

/** Stands for what is made of one version of an object by one plan. */
export function hashOf({ key, etag }: StoredObject, plan: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify([ENGINE_VERSION, key, etag, plan]));
  return hash.digest('base64url').slice(0, 22);
}
