import type { LimitName } from '../base/limits.ts';
import { Problem } from '../base/problem.ts';
import type { ObjectContext } from '../http/original.ts';
import { hashOf } from '../plan/tag.ts';
import type { StoredObject } from '../source/source.ts';

/** How to look for an object. */
export type Finding = {
  /**
   * True if only the index and then extents of media are read, so that whole blocks, as ffmpeg needs them,
   * are of no use: one request brings the object's beginning as well.
   */
  readonly indexAlone: boolean;
  /**
   * Whether the address names this version. A version that the store has confirmed a moment ago is then used
   * without asking again.
   */
  readonly names: (object: StoredObject) => boolean;
};

/** The limits that decide the plan of segments and images. */
const DECIDING_LIMITS: readonly LimitName[] = [
  'maxPixels',
  'maxResponseBytes',
  'maxSourceBytes',
  'maxSourceSeconds',
  'maxFrameRate',
  'maxOutputHeight',
  'maxOutputBitrate',
];

/**
 * Identifies the object and everything that decides the bounds and content of what is derived from it: caches
 * store that for a year, and a player must not get an init segment of one encoder and a segment of another.
 */
export function versionOf({ object, limits }: Pick<ObjectContext, 'object' | 'limits'>): string {
  const deciding = DECIDING_LIMITS.map((name) => limits[name]);
  return hashOf(object, ['segments', limits.ffmpegBuild(), ...deciding]).slice(-12);
}

/** Throws `not-found` for an address of another version; null is none. */
export function refuseOtherVersion(version: string | null, current: string): void {
  if (version === null || version === current) return;
  throw new Problem('not-found', 'This address is of another version of the media: reload the playlist.');
}

/** Returns how to look for an object whose address may name its version. */
export function findingOf(
  version: string | null,
  limits: ObjectContext['limits'],
  { indexAlone = true } = {},
): Finding {
  return {
    indexAlone,
    names: (object) => version !== null && versionOf({ object, limits }) === version,
  };
}
