import { spawnSync } from 'node:child_process';
import './quiet-sdk.ts';
import { S3Client } from '@aws-sdk/client-s3';

// The first that locks a state in S3 by itself.
const LEAST = [1, 10] as const;

/** Throws an Error with one sentence if Terraform, or what stands for it, is missing or too old. */
export function requireTerraform(program: string): void {
  const { stdout, error } = spawnSync(program, ['version', '-json'], { encoding: 'utf8' });
  if (error) {
    throw new Error(
      `${program} cannot be started (${error.message}): install Terraform ${LEAST.join('.')} or newer, or set ` +
        'TERRAFORM_BINARY_NAME.',
    );
  }
  const [, major = 0, minor = 0] = /"terraform_version":\s*"(\d+)\.(\d+)/.exec(stdout)?.map(Number) ?? [];
  if (major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])) return;
  throw new Error(`${program} must be of version ${LEAST.join('.')} or newer.`);
}

/** Throws an Error with one sentence if the SDK, which looks where Terraform does, finds no credentials. */
export async function requireCredentials(region: string): Promise<void> {
  const client = new S3Client({ region });
  try {
    await client.config.credentials();
  } catch (cause) {
    throw new Error(
      'There are no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run ' +
        '`aws sso login`.',
      { cause },
    );
  } finally {
    client.destroy();
  }
}
