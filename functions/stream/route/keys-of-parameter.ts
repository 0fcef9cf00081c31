import { GetParameterCommand, SSMClient, type SSMClientConfig } from '@aws-sdk/client-ssm';
import type { SigningKey } from './sign.ts';
import { CLIENT_OPTIONS, readKeys } from './stored-keys.ts';

/** Reads a parameter of SSM Parameter Store. Rejects as `readKeys` does. */
export function keysOfParameter(
  name: string,
  options: SSMClientConfig = CLIENT_OPTIONS,
): Promise<readonly SigningKey[]> {
  return readKeys(`parameter ${name}`, async (abortSignal) => {
    const command = new GetParameterCommand({ Name: name, WithDecryption: true });
    return (await new SSMClient(options).send(command, { abortSignal })).Parameter?.Value;
  });
}
