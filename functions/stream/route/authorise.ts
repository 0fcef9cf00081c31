import { timingSafeEqual } from 'node:crypto';
import { badSignature, expired, unsigned } from './refusals.ts';
import { type Route, signedAddress } from './route.ts';
import { type Scope, type SigningKey, sign } from './sign.ts';
import { type Address, type Claim, parseToken } from './token.ts';

/** Who may ask. */
export type Access =
  | { readonly kind: 'public' }
  /** Only who has a token that one of these keys made. Rejects with `signing-unavailable`. */
  | { readonly kind: 'signed'; keys(): Promise<readonly SigningKey[]> };

/** That a request may be answered, and how. */
export type Grant =
  | { readonly kind: 'open' }
  | {
      readonly kind: 'signed';
      /** Until the token expires, at least 1: what is handed out must not hold for longer. */
      readonly secondsLeft: number;
      /** Whether CloudFront's cache may give the answer to others, whose tokens it checks before. */
      readonly isShared: boolean;
      /** What to put before other addresses of the same key, so that they are open too. */
      readonly prefix: string;
    };

/**
 * Lets a request pass or throws `unsigned`, `bad-signature` or `expired`. A token is held against the route that will
 * be answered, so that no way of writing an address can move it to another object.
 */
export async function authorise(
  route: Route,
  { token, url, isFromEdge = false }: Address,
  access: Access,
  now = Date.now(),
): Promise<Grant> {
  if (access.kind === 'public') return { kind: 'open' };
  if (token === null) {
    if (route.kind === 'health') return { kind: 'open' };
    throw unsigned();
  }
  const claim = parseToken(token);
  if (claim === null) throw badSignature('the token is malformed');
  const key = (await access.keys()).find(({ id }) => id === claim.keyId);
  if (key === undefined) throw badSignature('no key has this id');
  const scope = claimedScope(claim, route, url);
  if (scope === null) throw badSignature('the address has no key');
  if (!isSame(token, sign(key, scope, claim.expiresSeconds))) throw badSignature('the signature is another');
  const millisecondsLeft = claim.expiresSeconds * 1000 - now;
  if (millisecondsLeft <= 0) throw expired();
  return {
    kind: 'signed',
    secondsLeft: Math.ceil(millisecondsLeft / 1000),
    isShared: isFromEdge,
    prefix: scope.kind === 'key' ? `/~${token}` : '',
  };
}

function claimedScope(claim: Claim, route: Route, url: URL): Scope | null {
  if (claim.scope === 'address') return { kind: 'address', address: signedAddress(route, url) };
  return 'key' in route ? { kind: 'key', key: route.key } : null;
}

/** The time that this takes does not tell where two tokens differ. */
function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
