import { SCHEMES, type Scheme } from '../base/encryption-schemes.ts';
import type { AccessConfig } from '../route/access-config.ts';
import type { SigningKey } from '../route/sign.ts';

/** A secret of which keys are derived, and its name. */
export type EncryptionSecret = SigningKey;

/** The first secret is that of new playlists; the others are of playlists that still play. */
export type Encryption = { readonly scheme: Scheme; readonly secrets: readonly EncryptionSecret[] };

export type EncryptionConfig = {
  readonly scheme: Scheme;
  readonly secrets:
    | { readonly kind: 'keys'; readonly keys: readonly EncryptionSecret[] }
    | { readonly kind: 'parameter'; readonly name: string };
};

export type EncryptionSettings = {
  readonly ENCRYPTION?: Scheme | undefined;
  readonly ENCRYPTION_SECRETS?: readonly EncryptionSecret[] | undefined;
  readonly ENCRYPTION_SECRETS_PARAMETER?: string | undefined;
};

/** Returns null if nothing is encrypted. Throws an Error with one sentence if settings contradict each other. */
export function encryptionOf(
  { ENCRYPTION: scheme, ENCRYPTION_SECRETS: keys, ENCRYPTION_SECRETS_PARAMETER: name }: EncryptionSettings,
  access: AccessConfig,
): EncryptionConfig | null {
  if (scheme === undefined) {
    const idle = keys ? 'ENCRYPTION_SECRETS' : name ? 'ENCRYPTION_SECRETS_PARAMETER' : null;
    if (idle !== null) throw new Error(`The setting ${idle} needs ENCRYPTION: ${SCHEMES.join(' or ')}.`);
    return null;
  }
  if (keys !== undefined && name !== undefined) {
    throw new Error(
      'The settings ENCRYPTION_SECRETS and ENCRYPTION_SECRETS_PARAMETER exclude each other: set one of them.',
    );
  }
  if (access.kind === 'public') {
    throw new Error(
      'The setting ENCRYPTION needs signing keys: where everybody may call, everybody would get the key.',
    );
  }
  if (keys !== undefined) return { scheme, secrets: { kind: 'keys', keys } };
  if (name !== undefined) return { scheme, secrets: { kind: 'parameter', name } };
  throw new Error('The setting ENCRYPTION needs ENCRYPTION_SECRETS or ENCRYPTION_SECRETS_PARAMETER.');
}
