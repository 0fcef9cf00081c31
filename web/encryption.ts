import type { Scheme } from '../functions/stream/base/encryption-schemes.ts';
import type { Way } from './address.ts';

/** How the service encrypts what it sends of a film; null if it does not, or before it has said so. */
let scheme: Scheme | null = null;

export function setScheme(said: Scheme | null): void {
  scheme = said;
}

export function currentScheme(): Scheme | null {
  return scheme;
}

/** Returns whether the service plays films in this way: one that encrypts refuses what would be clear. */
export function plays(way: Way): boolean {
  return scheme === null || way === 'hls' || (way === 'dash' && scheme === 'cbcs');
}
