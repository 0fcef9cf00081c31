import type { SigningKey } from './sign.ts';
import { parseSigningKeys } from './signing-keys.ts';

/** How the clients of AWS's stores ask. */
export const CLIENT_OPTIONS = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_500, requestTimeout: 2_000, throwOnRequestTimeout: true },
};

/** For all attempts together, since a viewer waits for it. */
const FETCH_SECONDS = 5;

/** Reads keys in the form of SIGNING_KEYS. Rejects with one sentence about `what`, and its cause. */
export async function readKeys(
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
