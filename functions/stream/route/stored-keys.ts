import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import type { SigningKey } from './sign.ts';
import { parseSigningKeys } from './signing-keys.ts';

/** For all attempts together, since a viewer waits for it. */
const FETCH_SECONDS = 5;

/**
 * Reads a parameter of SSM Parameter Store, in the form of SIGNING_KEYS. Rejects with one sentence, and its
 * cause.
 */
export function keysOfParameter(client: SSMClient, name: string): Promise<readonly SigningKey[]> {
  return readKeys(`parameter ${name}`, async (abortSignal) => {
    const command = new GetParameterCommand({ Name: name, WithDecryption: true });
    return (await client.send(command, { abortSignal })).Parameter?.Value;
  });
}

/** Reads a secret of Secrets Manager; otherwise as `keysOfParameter`. */
export function keysOfSecret(client: SecretsManagerClient, name: string): Promise<readonly SigningKey[]> {
  return readKeys(`secret ${name}`, async (abortSignal) => {
    const command = new GetSecretValueCommand({ SecretId: name });
    return (await client.send(command, { abortSignal })).SecretString;
  });
}

async function readKeys(
  what: string,
  fetchText: (signal: AbortSignal) => Promise<string | undefined>,
): Promise<readonly SigningKey[]> {
  const text = await fetchText(AbortSignal.timeout(FETCH_SECONDS * 1000)).catch((cause: unknown) => {
    throw new Error(`The ${what} could not be fetched within ${FETCH_SECONDS} s.`, { cause });
  });
  const keys = parseSigningKeys(text ?? '');
  if (typeof keys === 'string') throw new Error(`The ${what} ${keys}.`);
  return keys;
}
