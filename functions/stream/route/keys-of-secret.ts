import {
  GetSecretValueCommand,
  SecretsManagerClient,
  type SecretsManagerClientConfig,
} from '@aws-sdk/client-secrets-manager';
import type { SigningKey } from './sign.ts';
import { CLIENT_OPTIONS, readKeys } from './stored-keys.ts';

/** Reads a secret of Secrets Manager. Rejects as `readKeys` does. */
export function keysOfSecret(
  name: string,
  options: SecretsManagerClientConfig = CLIENT_OPTIONS,
): Promise<readonly SigningKey[]> {
  return readKeys(`secret ${name}`, async (abortSignal) => {
    const command = new GetSecretValueCommand({ SecretId: name });
    return (await new SecretsManagerClient(options).send(command, { abortSignal })).SecretString;
  });
}
