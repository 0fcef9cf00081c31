/** Asked for a new token of the same key before the old one expires. */
export type RenewToken = () => Promise<string>;

/** A token is renewed when no more of its life is left. */
const MARGIN_SECONDS = 30;

/** Hands out a token that is valid, and renews it in time. */
export type Tokens = {
  /** Returns the token for the next request; null for a public service. Never rejects: an old token is refused. */
  current(): Promise<string | null>;
};

/**
 * Keeps a token. `onRenewed` is called with each new one. A token that lives for less than two minutes is renewed in
 * the last quarter of its life.
 */
export function keepToken(
  first: string | null,
  renew: () => RenewToken | null,
  onRenewed: (token: string) => void,
  now = () => Date.now() / 1000,
): Tokens {
  let token = first;
  let margin = marginOf(first, now());
  let renewal: Promise<void> | null = null;

  async function replace(renewToken: RenewToken): Promise<void> {
    try {
      token = await renewToken();
      margin = marginOf(token, now());
      onRenewed(token);
    } catch {
      // The next request asks again; the old token may still be valid for a while.
    } finally {
      renewal = null;
    }
  }

  return {
    async current() {
      const renewToken = renew();
      if (token !== null && renewToken !== null && expiryOf(token) - now() <= margin) {
        renewal ??= replace(renewToken);
        await renewal;
      }
      return token;
    },
  };
}

function marginOf(token: string | null, now: number): number {
  return token === null ? 0 : Math.min(MARGIN_SECONDS, (expiryOf(token) - now) / 4);
}

/** Reads when a token expires, in seconds since 1970, which is its second part; Infinity for what is none. */
export function expiryOf(token: string): number {
  const seconds = Number(token.split('.')[1]);
  return Number.isFinite(seconds) ? seconds : Number.POSITIVE_INFINITY;
}
