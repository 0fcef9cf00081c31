import { Problem } from '../base/problem.ts';

/** A key as HLS players fetch it, 16 bytes, or as a license of Clear Key (W3C EME §9.1.4). */
export const KEY_NAMES = { raw: 'content.key', license: 'license.json' } as const;
export type KeyForm = keyof typeof KEY_NAMES;

/** Read from the right, since an object's key may contain slashes. */
export function parseContentKey(rest: string): { readonly encodedKey: string; readonly form: KeyForm } {
  for (const form of ['raw', 'license'] as const) {
    const end = `/${KEY_NAMES[form]}`;
    if (rest.endsWith(end)) return { encodedKey: rest.slice(0, -end.length), form };
  }
  throw new Problem('not-found', 'There is nothing at this address; playlists and manifests name keys.');
}
