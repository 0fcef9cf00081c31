import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import type { SigningKey } from './sign.ts';
import { parseSigningKeys } from './signing-keys.ts';

/** Of all attempts together, since a viewer waits for it. */
const FETCH_MILLISECONDS = 5_000;

/** From a parameter of SSM Parameter Store, in the form of SIGNING_KEYS. Rejects with the SDK's error, or a sentence. */
export async function keysOfParameter(client: SSMClient, name: string): Promise<readonly SigningKey[]> {
  const command = new GetParameterCommand({ Name: name, WithDecryption: true });
  const { Parameter } = await client.send(command, { abortSignal: AbortSignal.timeout(FETCH_MILLISECONDS) });
  return readKeys(`parameter ${name}`, Parameter?.Value);
}

/** From a secret of Secrets Manager; else as `keysOfParameter`. */
export async function keysOfSecret(
  client: SecretsManagerClient,
  name: string,
): Promise<readonly SigningKey[]> {
  const command = new GetSecretValueCommand({ SecretId: name });
  const { SecretString } = await client.send(command, {
    abortSignal: AbortSignal.timeout(FETCH_MILLISECONDS),
  });
  return readKeys(`secret ${name}`, SecretString);
}

function readKeys(what: string, text: string | undefined): readonly SigningKey[] {
  const keys = parseSigningKeys(text ?? '');
  if (typeof keys === 'string') throw new Error(`The ${what} ${keys}.`);
  return keys;
}
