/** One of the keys of the service (`SIGNING_KEYS`). It belongs on a server, never in a page. */
export type SigningKey = { readonly id: string; readonly secret: string };

/**
 * What a token opens: all that belongs to a key, or one address, from its first slash on, exactly as it will be sent but for
 * parameters that are not Sluice's own. That of the list is `/` on all of its pages.
 */
export type Scope = { readonly key: string } | { readonly address: string };

/** Ten digits, so that a time in milliseconds is an error and not a token for 50,000 years. */
const MAX_EXPIRES_SECONDS = 9_999_999_999;

/**
 * Returns a token that is valid until `expiresSeconds`, in whole seconds since 1970. Needs only Web Crypto, which Node.js and
 * edge runtimes have. Rejects with RangeError for any other number, with TypeError for an address that has its origin with it.
 */
export async function sign(
  { id, secret }: SigningKey,
  scope: Scope,
  expiresSeconds: number,
): Promise<string> {
  if (!Number.isInteger(expiresSeconds) || expiresSeconds < 1 || expiresSeconds > MAX_EXPIRES_SECONDS) {
    throw new RangeError(`${expiresSeconds} is not a time in whole seconds since 1970.`);
  }
  const [letter, subject] = 'key' in scope ? ['k', scope.key] : ['a', scope.address];
  if (letter === 'a' && !subject.startsWith('/')) {
    throw new TypeError(
      `A token is for an address from its first slash on, not for ${JSON.stringify(subject)}.`,
    );
  }
  const claim = `${id}.${expiresSeconds}.${letter}`;
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', bytesOf(secret), hmac, false, ['sign']);
  const mac = await crypto.subtle.sign('HMAC', key, bytesOf(`sluice-1\n${claim}\n${subject}`));
  return `${claim}.${base64Url(new Uint8Array(mac))}`;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

function base64Url(bytes: Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...bytes));
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
