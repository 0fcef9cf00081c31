import type { AccessConfig } from './access-config.ts';
import type { Access } from './authorise.ts';
import { refreshedKeys } from './keyring.ts';
import type { SigningKey } from './sign.ts';

/** Fetches nothing yet. `onStale` is called with the cause if old keys could not be refreshed. */
export function openAccess(config: AccessConfig, onStale: (cause: unknown) => void): Access {
  switch (config.kind) {
    case 'public':
      return { kind: 'public' };
    case 'keys':
      return { kind: 'signed', keys: async () => config.keys };
    case 'parameter':
    case 'secret':
      return { kind: 'signed', keys: refreshedKeys(() => fetchKeys(config), { onStale }) };
    default:
      return config satisfies never;
  }
}

type StoredKeys = Extract<AccessConfig, { kind: 'parameter' | 'secret' }>;

/** Loads the client that this needs: most functions have their keys in the environment. */
async function fetchKeys({ kind, name }: StoredKeys): Promise<readonly SigningKey[]> {
  if (kind === 'parameter') return (await import('./keys-of-parameter.ts')).keysOfParameter(name);
  return (await import('./keys-of-secret.ts')).keysOfSecret(name);
}
