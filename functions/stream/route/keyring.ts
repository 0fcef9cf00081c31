import { Problem } from '../base/problem.ts';
import type { SigningKey } from './sign.ts';

const FRESH_MILLISECONDS = 5 * 60_000;
const PAUSE_MILLISECONDS = 30_000;
/** Not empty: a request waits for the keys. */
const SHORT_PAUSE_MILLISECONDS = 2_000;
const USABLE_MILLISECONDS = 60 * 60_000;

export type KeyringOptions = {
  /** Is called with the cause if keys could not be refreshed and the old ones stay in use. */
  onStale(cause: unknown): void;
  /** The problem where there are none. */
  readonly unavailable?: (cause: unknown) => Problem;
  /** The wall clock, since other clocks stand still while Lambda freezes an instance. */
  readonly now?: () => number;
};

/**
 * Fetches keys on first use, and again after five minutes, so that a new key reaches live instances. If they
 * cannot be fetched, keys of the last hour stay in use; otherwise it rejects with `unavailable`, and
 * tries again two seconds later.
 */
export function refreshedKeys(
  fetchKeys: () => Promise<readonly SigningKey[]>,
  { onStale, unavailable = signingUnavailable, now = Date.now }: KeyringOptions,
): () => Promise<readonly SigningKey[]> {
  let held: { readonly keys: readonly SigningKey[]; readonly fetchedAt: number } | null = null;
  let failure: Problem | null = null;
  let nextFetchAt = 0;
  let pending: Promise<readonly SigningKey[]> | null = null;

  async function refresh(): Promise<readonly SigningKey[]> {
    try {
      const keys = await fetchKeys();
      held = { keys, fetchedAt: now() };
      failure = null;
      nextFetchAt = now() + FRESH_MILLISECONDS;
      return keys;
    } catch (cause) {
      if (held === null || now() - held.fetchedAt > USABLE_MILLISECONDS) {
        nextFetchAt = now() + SHORT_PAUSE_MILLISECONDS;
        failure = unavailable(cause);
        throw failure;
      }
      nextFetchAt = now() + PAUSE_MILLISECONDS;
      onStale(cause);
      return held.keys;
    }
  }

  return async () => {
    if (now() < nextFetchAt) {
      if (failure !== null) throw failure;
      if (held !== null) return held.keys;
    }
    pending ??= refresh().finally(() => {
      pending = null;
    });
    return pending;
  };
}

function signingUnavailable(cause: unknown): Problem {
  return new Problem(
    'signing-unavailable',
    'Signatures cannot be checked at the moment; try again shortly.',
    {
      cause,
      headers: { 'retry-after': '5' },
    },
  );
}
