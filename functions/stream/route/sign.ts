import { createHmac } from 'node:crypto';

export type SigningKey = { readonly id: string; readonly secret: string };

/** What a token opens. */
export type Scope =
  /** An object's key, with everything derived from it, on every route. */
  | { readonly kind: 'key'; readonly key: string }
  /**
   * One address: path and query exactly as they will be requested, without parameters that are not Sluice's
   * own.
   */
  | { readonly kind: 'address'; readonly address: string };

/**
 * Returns the token of `/~{token}/…`. It is valid until `expiresSeconds`, in whole seconds since 1970; throws
 * RangeError for any other number. Verification computes the token again with this same function.
 */
export function sign({ id, secret }: SigningKey, scope: Scope, expiresSeconds: number): string {
  if (!Number.isInteger(expiresSeconds) || expiresSeconds < 1 || expiresSeconds > MAX_EXPIRES_SECONDS) {
    throw new RangeError(`${expiresSeconds} is not a time in whole seconds since 1970.`);
  }
  const [letter, subject] = scope.kind === 'key' ? ['k', scope.key] : ['a', scope.address];
  const claim = `${id}.${expiresSeconds}.${letter}`;
  const mac = createHmac('sha256', secret).update(`sluice-1\n${claim}\n${subject}`).digest('base64url');
  return `${claim}.${mac}`;
}

/** Ten digits, so that a time in milliseconds is an error and not a token for 50,000 years. */
const MAX_EXPIRES_SECONDS = 9_999_999_999;
