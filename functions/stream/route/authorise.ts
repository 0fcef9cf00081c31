import { isSameSecret } from '../base/is-same-secret.ts';
import type { ParameterRoute } from './parameters.ts';
import { signedAddress } from './parse-route.ts';
import { badSignature, expired, unsigned } from './refusals.ts';
import type { Route } from './route.ts';
import { type Scope, type SigningKey, sign } from './sign.ts';
import { type Address, type Claim, parseToken } from './token.ts';

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
