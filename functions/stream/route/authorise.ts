import { isSameSecret } from '../base/is-same-secret.ts';
import { withoutSignatures } from '../base/signatures.ts';
import { signedAddress } from './address-of.ts';
import type { ParameterRoute } from './parameters.ts';
import { badSignature, expired, unsigned } from './refusals.ts';
import type { Route } from './route.ts';
import { type Scope, type SigningKey, sign } from './sign.ts';

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

/** Who may call. */
export type Access =
  | { readonly kind: 'public' }
  /** Only clients with a token that one of these keys signed. Rejects with `signing-unavailable`. */
  | { readonly kind: 'signed'; keys(): Promise<readonly SigningKey[]> };

/** The permission to answer a request, and its limits. */
export type Grant =
  | { readonly kind: 'open' }
  | {
      readonly kind: 'signed';
      /** The id of the key that has signed the address. */
      readonly keyId: string;
      /** Seconds until the token expires, at least 1: what is handed out must not be valid for longer. */
      readonly secondsLeft: number;
      /** Whether CloudFront's cache, which checks tokens first, may give the answer to others. */
      readonly isShared: boolean;
      /** The prefix for other addresses of the same key, so that they are open too. */
      readonly prefix: string;
    };

/**
 * Lets a request pass or throws `unsigned`, `bad-signature` or `expired`. The token is checked against the
 * route that will be answered, so that no spelling of an address can move it to another object.
 */
export async function authorise(
  route: Route,
  { token, url, isFromEdge = false }: Address,
  access: Access,
  now = Date.now(),
): Promise<Grant> {
  if (access.kind === 'public') return { kind: 'open' };
  if (token === null) {
    if (isOpen(route.kind)) return { kind: 'open' };
    throw unsigned();
  }
  const claim = parseToken(token);
  if (claim === null) throw badSignature('the token is malformed');
  const key = (await access.keys()).find(({ id }) => id === claim.keyId);
  if (key === undefined) throw badSignature('no key has this id');
  const scope = claimedScope(claim, route, url);
  if (scope === null) throw badSignature('the address has no key');
  if (!isSameSecret(token, sign(key, scope, claim.expiresSeconds)))
    throw badSignature('the signature differs');
  const millisecondsLeft = claim.expiresSeconds * 1000 - now;
  if (millisecondsLeft <= 0) throw expired();
  return {
    kind: 'signed',
    keyId: key.id,
    secondsLeft: Math.ceil(millisecondsLeft / 1000),
    isShared: isFromEdge,
    prefix: scope.kind === 'key' ? `/~${token}` : '',
  };
}

/** They say nothing about media. */
const OPEN: readonly (Route['kind'] & ParameterRoute)[] = ['health', 'asset', 'description'];

/** Returns whether a closed service answers without a token, which it does not take there. */
export function isOpen(kind: Route['kind'] | ParameterRoute): boolean {
  return OPEN.some((each) => each === kind);
}

function claimedScope(claim: Claim, route: Route, url: URL): Scope | null {
  if (claim.scope === 'address') return { kind: 'address', address: signedAddress(route, url) };
  // Whoever may see an object may not add one.
  if (route.kind === 'upload') return null;
  return 'key' in route ? { kind: 'key', key: route.key } : null;
}
