import { withoutSignatures } from '../base/signatures.ts';
/** An address and the token that stood in front of it, which is not part of what is asked for. */
export type Address = {
  readonly token: string | null;
  /** Whether CloudFront has checked the token, and took it out so that its cache has one copy for everybody. */
  readonly isFromEdge?: boolean;
  /** Without the token. */
  readonly url: URL;
};

/** What a token claims; only its signature can tell whether that is true. */
export type Claim = {
  readonly keyId: string;
  readonly expiresSeconds: number;
  readonly scope: 'key' | 'address';
};

/** Takes `/~{token}` off the front of a path, once: below a second one there is no address. */
export function splitToken(url: URL): Address {
  const [, token, rest] = /^\/~([^/]*)(\/.*)$/s.exec(url.pathname) ?? [];
  if (token === undefined || rest === undefined) return { token: null, url };
  const inner = new URL(url);
  inner.pathname = rest;
  return { token, url: inner };
}

/** In which CloudFront hands on the token that it took out of a path. */
export const TOKEN_HEADER = 'sluice-token';

/** As `splitToken`; where CloudFront stands in front (`hasEdge`), a token may have been handed on in a header. */
export function addressOfRequest({ url, headers }: Request, hasEdge: boolean): Address {
  const address = splitToken(new URL(url));
  const token = hasEdge ? headers.get(TOKEN_HEADER) : null;
  return address.token !== null || token === null ? address : { ...address, token, isFromEdge: true };
}

/** Key id, expiry and the letter of the scope; the edge reads tokens by it as well. */
export const CLAIM = /^([a-z0-9_-]{1,32})\.([1-9]\d{0,9})\.([ka])\.[A-Za-z0-9_-]{43}$/;

/** Null for what `sign` cannot have made: each claim has one spelling only. */
export function parseToken(token: string): Claim | null {
  const [, keyId, expires, letter] = CLAIM.exec(token) ?? [];
  if (keyId === undefined || expires === undefined) return null;
  return { keyId, expiresSeconds: Number(expires), scope: letter === 'k' ? 'key' : 'address' };
}

/**
 * A path for the log: a token is cut out, and behind one that is damaged nothing is left. One that a client's mistake
 * has put elsewhere may still open something, and is cut out as well.
 */
export function withoutTokens(path: string): string {
  const behindTilde = /^[/\\]*(?:~|%(?:25)*7e)(.*)$/is.exec(path)?.[1];
  if (behindTilde === undefined) return withoutSignatures(path);
  const [, token = '', rest = ''] = /^([^/]*)(.*)$/s.exec(behindTilde) ?? [];
  return parseToken(token) === null ? '/~…' : `/~…${withoutSignatures(rest)}`;
}
