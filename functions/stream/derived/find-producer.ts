import { setTimeout as delay } from 'node:timers/promises';
import { unlessAborted } from '../base/abort.ts';
import type { StoredObject } from '../source/source.ts';
import type { CacheContext, FollowingContext } from './cache-context.ts';
import type { GuardedStore } from './guarded-store.ts';
import { type Lease, takeLease } from './lease.ts';

/** Who produces an output that several instances may be asked for at once. */
export type Producer =
  | { readonly kind: 'self'; readonly lease: Lease }
  /** Another instance has just published the output. */
  | { readonly kind: 'other'; readonly object: StoredObject }
  /** It is produced without being cached: the store does not answer, or another instance caches it. */
  | { readonly kind: 'unknown' };

const POLL_MILLISECONDS = 150;
const POLLS_PER_LEASE = 5;
/** The lease is renewed three times as often; a dead producer of a segment is noticed within this time. */
const SEGMENT_LEASE_SECONDS = 6;
const STREAM_LEASE_SECONDS = 60;

/**
 * Becomes the producer of the output `name`, or waits for the present producer for at most
 * `followMilliseconds`, if `context` wants to wait.
 */
export async function findProducer(
  guarded: GuardedStore,
  name: string,
  context: FollowingContext,
  followMilliseconds: number,
): Promise<Producer> {
  const { signal, follows } = context;
  const until = performance.now() + followMilliseconds;
  for (;;) {
    const asked = await askForLease(
      guarded,
      name,
      follows ? SEGMENT_LEASE_SECONDS : STREAM_LEASE_SECONDS,
      context,
    );
    if (asked?.answer) return { kind: 'self', lease: asked.answer };
    if (asked === null || !follows) return { kind: 'unknown' };
    for (let polls = 0; polls < POLLS_PER_LEASE; polls++) {
      if (performance.now() > until) return { kind: 'unknown' };
      await unlessAborted(delay(POLL_MILLISECONDS), signal);
      const found = await guarded.ask((store, within) => store.find(name, within), signal);
      if (found === null) return { kind: 'unknown' };
      if (found.answer !== null) return { kind: 'other', object: found.answer };
    }
  }
}

/**
 * Takes the lease of a segment that nobody waits for; null if another instance has it or the store does not
 * answer.
 */
export async function leaseSegment(
  guarded: GuardedStore,
  name: string,
  context: CacheContext,
): Promise<Lease | null> {
  const asked = await askForLease(guarded, name, SEGMENT_LEASE_SECONDS, context);
  return asked?.answer ?? null;
}

function askForLease(
  guarded: GuardedStore,
  name: string,
  leaseSeconds: number,
  { signal, invocationSignal }: CacheContext,
) {
  return guarded.ask(
    (store, within) => takeLease(store, name, { leaseSeconds, signal: within, invocationSignal }),
    signal,
  );
}
