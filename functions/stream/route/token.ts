import { withoutSignatures } from '../base/signatures.ts';
/** An address, and the token in front of it, which is not part of the request. */
export type Address = {
  readonly token: string | null;
  /**
   * Whether CloudFront has checked the token, and removed it so that its cache has one copy for everybody.
   */
  readonly isFromEdge?: boolean;
  /** Without the token. */
  readonly url: URL;
};

/** The claims of a token; only its signature shows whether they are true. */
export type Claim = {
  readonly keyId: string;
  readonly expiresSeconds: number;
  readonly scope: 'key' | 'address';
};

/** Removes `/~{token}` from the front of a path, once: below a second one there is no address. */
export function splitToken(url: URL): Address {
  const [, token, rest] = /^\/~([^/]*)(\/.*)$/s.exec(url.pathname) ?? [];
  if (token === undefined || rest === undefined) return { token: null, url };
  const inner = new URL(url);
  inner.pathname = rest;
  return { token, url: inner };
}

/** The header in which CloudFront passes on the token that it removed from a path. */
export const TOKEN_HEADER = 'sluice-token';

/** As `splitToken`; behind CloudFront (`hasEdge`), the token may be in a header. */
export function addressOfRequest({ url, headers }: Request, hasEdge: boolean): Address {
  const address = splitToken(new URL(url));
  const token = hasEdge ? headers.get(TOKEN_HEADER) : null;
  return address.token !== null || token === null ? address : { ...address, token, isFromEdge: true };
}

/** Key id, expiry and the letter of the scope; the edge parses tokens with it as well. */
export const CLAIM = /^([a-z0-9_-]{1,32})\.([1-9]\d{0,9})\.([ka])\.[A-Za-z0-9_-]{43}$/;

/** Returns null for text that `sign` cannot have returned: each claim has only one spelling. */
export function parseToken(token: string): Claim | null {
  const [, keyId, expires, letter] = CLAIM.exec(token) ?? [];
  if (keyId === undefined || expires === undefined) return null;
  return { keyId, expiresSeconds: Number(expires), scope: letter === 'k' ? 'key' : 'address' };
}

/**
 * Returns a path for the log: a token is removed, and everything after a damaged one. A token that a client
 * has put elsewhere by mistake may still open something, and is removed as well.
 */
export function withoutTokens(path: string): string {
  const behindTilde = /^[/\\]*(?:~|%(?:25)*7e)(.*)$/is.exec(path)?.[1];
  if (behindTilde === undefined) return withoutSignatures(path);
  const [, token = '', rest = ''] = /^([^/]*)(.*)$/s.exec(behindTilde) ?? [];
  return parseToken(token) === null ? '/~…' : `/~…${withoutSignatures(rest)}`;
}
