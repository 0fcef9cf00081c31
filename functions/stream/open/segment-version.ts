import type { LimitName } from '../base/limits.ts';
import type { ObjectContext } from '../http/original.ts';
import { COPY_ID } from '../plan/renditions.ts';
import { hashOf } from '../plan/tag.ts';
import { type AdaptiveAsk, isMediaAsk } from '../route/adaptive.ts';
import type { Finding } from './find-object.ts';

/** What `/hls` and `/dash` are asked for, and the version that the address names. */
export type AdaptiveAddress = { readonly ask: AdaptiveAsk; readonly version: string | null };

/** Returns how to look for the object of such an address. */
export function findingOf({ ask, version }: AdaptiveAddress, limits: ObjectContext['limits']): Finding {
  return {
    indexAlone: !isMediaAsk(ask) || ask.rendition === COPY_ID,
    names: (object) => version !== null && versionOf({ object, limits }) === version,
  };
}

/** The limits that decide the plan of segments. */
const SEGMENT_LIMITS: readonly LimitName[] = [
  'maxPixels',
  'maxResponseBytes',
  'maxSourceBytes',
  'maxSourceSeconds',
  'maxFrameRate',
  'maxOutputHeight',
  'maxOutputBitrate',
];

/**
 * Identifies the object and everything that decides the bounds and content of segments: caches store them for
 * a year, and a player must not get an init segment of one encoder and a segment of another.
 */
export function versionOf({ object, limits }: Pick<ObjectContext, 'object' | 'limits'>): string {
  const deciding = SEGMENT_LIMITS.map((name) => limits[name]);
  return hashOf(object, ['segments', limits.ffmpegBuild(), ...deciding]).slice(0, 12);
}
