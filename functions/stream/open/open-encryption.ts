import { Problem } from '../base/problem.ts';
import type { Encryption, EncryptionConfig } from '../config/encryption.ts';
import { refreshedKeys } from '../route/keyring.ts';

/** Fetches nothing yet. `onStale` is called with the cause if old secrets could not be refreshed. */
export function openEncryption(
  config: EncryptionConfig | null,
  onStale: (cause: unknown) => void,
): () => Promise<Encryption | null> {
  if (config === null) return async () => null;
  const { scheme, secrets } = config;
  if (secrets.kind === 'keys') return async () => ({ scheme, secrets: secrets.keys });
  const fetched = refreshedKeys(
    async () => (await import('../route/keys-of-parameter.ts')).keysOfParameter(secrets.name),
    { onStale, unavailable },
  );
  return async () => ({ scheme, secrets: await fetched() });
}

function unavailable(cause: unknown): Problem {
  return new Problem(
    'encryption-unavailable',
    'The media cannot be encrypted at the moment; try again shortly.',
    {
      cause,
      headers: { 'retry-after': '5' },
    },
  );
}
