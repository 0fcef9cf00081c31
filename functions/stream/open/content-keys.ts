import type { Encryption } from '../config/encryption.ts';
import type { ObjectContext } from '../http/original.ts';
import { type ContentKey, contentKeys } from '../plan/content-key.ts';
import type { Finding } from './version.ts';
import { findingOf, refuseOtherVersion, versionOf } from './version.ts';

/** How what a request stands for is encrypted; null if it is not. */
export type Encrypting = { readonly encryption: Encryption | null };

type Of = Pick<ObjectContext, 'object' | 'limits'>;

/** Returns the keys of all secrets, so that a license is right for playlists of each. */
export function allContentKeys(of: Of, encryption: Encryption): readonly ContentKey[] {
  return contentKeys(of.object, versionOf(of), encryption);
}

/**
 * Returns the key of an address's version; that of new playlists for an address without one. Throws `not-found` for a
 * version that is not the object's, or of a secret that is gone.
 */
export function contentKeyOf(of: Of, encryption: Encryption, version: string | null): ContentKey {
  const keys = allContentKeys(of, encryption);
  const [first] = keys;
  const found = version === null ? first : keys.find((each) => each.version === version);
  if (found !== undefined) return found;
  refuseOtherVersion(version, first?.version ?? '');
  throw new RangeError('There is no secret to encrypt with.');
}

/** Returns how to look for an object whose address may name the version of encrypted segments. */
export function protectedFinding(
  version: string | null,
  limits: Of['limits'],
  encryption: Encryption | null,
  options?: { readonly indexAlone: boolean },
): Finding {
  const clear = findingOf(version, limits, options);
  if (encryption === null) return clear;
  const names: Finding['names'] = (object) =>
    version !== null &&
    contentKeys(object, versionOf({ object, limits }), encryption).some((key) => key.version === version);
  return { ...clear, names };
}
