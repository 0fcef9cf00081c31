/** Key id, expiry in seconds since 1970, scope and signature, as `sign` returns them. */
const TOKEN = /^~?([a-z0-9_-]{1,32}\.([1-9]\d{0,9})\.[ka]\.[\w-]{43})$/;

/** Returns a token without the mark and the space around it; null for what is none. */
export function parseToken(text: string | null): string | null {
  return TOKEN.exec((text ?? '').trim())?.[1] ?? null;
}

/** Returns what stands before the path of an address; nothing without a token. Throws TypeError for what is none. */
export function prefixOf(token: string | null): string {
  if (token === null) return '';
  const parsed = parseToken(token);
  if (parsed === null) throw new TypeError('The token is none that a key has signed.');
  return `/~${parsed}`;
}

/** Returns when a token expires, in seconds since 1970; NaN for what is none. */
export function expiryOf(token: string): number {
  return Number(TOKEN.exec(token)?.[2]);
}

/**
 * Returns an absolute address of a service with another token in the place of the one that it has, if any; addresses of
 * other origins as they are. Throws TypeError for a token that is none.
 */
export function withToken(address: string, base: string, token: string | null): string {
  const url = new URL(address);
  if (url.origin !== new URL(base).origin) return address;
  url.pathname = prefixOf(token) + url.pathname.replace(/^\/~[^/]*/, '');
  return url.href;
}
