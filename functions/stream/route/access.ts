import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { AccessConfig } from './access-config.ts';
import type { Access } from './authorise.ts';
import { refreshedKeys } from './keyring.ts';
import { keysOfParameter, keysOfSecret } from './stored-keys.ts';

/** Fetches nothing yet. `onStale` is called with the cause if old keys could not be refreshed. */
export function openAccess(config: AccessConfig, onStale: (cause: unknown) => void): Access {
  switch (config.kind) {
    case 'public':
      return { kind: 'public' };
    case 'keys':
      return { kind: 'signed', keys: async () => config.keys };
    case 'parameter': {
      const client = new SSMClient(CLIENT_OPTIONS);
      return {
        kind: 'signed',
        keys: refreshedKeys(() => keysOfParameter(client, config.name), { onStale }),
      };
    }
    case 'secret': {
      const client = new SecretsManagerClient(CLIENT_OPTIONS);
      return { kind: 'signed', keys: refreshedKeys(() => keysOfSecret(client, config.name), { onStale }) };
    }
    default:
      return config satisfies never;
  }
}

const CLIENT_OPTIONS = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_500, requestTimeout: 2_000, throwOnRequestTimeout: true },
};
