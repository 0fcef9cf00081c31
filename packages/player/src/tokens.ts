import { expiryOf, parseToken } from '../../client/src/token.ts';

/** Asked for a new token of the same key before the old one expires. */
export type RenewToken = () => Promise<string>;

/** A token is renewed when no more of its life is left. */
const MARGIN_SECONDS = 30;
/** Between two renewals at least, whatever clocks say. */
const PAUSE_SECONDS = 5;

/** Hands out a token that is valid, and renews it in time. */
export type Tokens = {
  /** Returns the token for the next request; null for a public service. Never rejects: an old token is refused. */
  current(): Promise<string | null>;
  /** Takes another token; null, or what is no token, for a public service. */
  replace(token: string | null): void;
  /** Says that the service has refused the token, whatever its expiry is: the next request has it renewed. */
  refuse(): void;
};

export type TokenOptions = {
  readonly first: string | null;
  /** What renews tokens at the moment; null for nobody. */
  readonly renew: () => RenewToken | null;
  readonly onChange: (token: string | null) => void;
  /** Seconds since 1970. */
  readonly now?: () => number;
};

/** Keeps a token. One that lives for less than two minutes is renewed in the last quarter of its life. */
export function keepToken({ first, renew, onChange, now = () => Date.now() / 1000 }: TokenOptions): Tokens {
  let token = parseToken(first);
  let margin = marginOf(token, now());
  let isRefused = false;
  let askedAt = Number.NEGATIVE_INFINITY;
  let renewal: Promise<void> | null = null;

  function take(next: string | null): void {
    token = next;
    margin = marginOf(next, now());
    isRefused = false;
    onChange(next);
  }

  async function askFor(renewToken: RenewToken): Promise<void> {
    askedAt = now();
    try {
      const renewed = parseToken(await renewToken());
      // An error page is no token: the next request but a few asks again.
      if (renewed !== null) take(renewed);
    } catch {
      // The old token may still be valid for a while.
    } finally {
      renewal = null;
    }
  }

  return {
    async current() {
      const renewToken = renew();
      const isDue = token !== null && (isRefused || expiryOf(token) - now() <= margin);
      if (renewToken !== null && renewal === null && isDue && now() - askedAt >= PAUSE_SECONDS) {
        renewal = askFor(renewToken);
      }
      await renewal;
      return token;
    },
    replace: (next) => take(parseToken(next)),
    refuse() {
      isRefused = true;
    },
  };
}

function marginOf(token: string | null, now: number): number {
  return token === null ? 0 : Math.min(MARGIN_SECONDS, (expiryOf(token) - now) / 4);
}
