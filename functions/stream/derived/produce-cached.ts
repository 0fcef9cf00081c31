import type { Readable } from 'node:stream';
import { describeError } from '../base/describe-error.ts';
import type { LiveRepresentation } from '../http/representation.ts';
import type { StoredObject } from '../source/source.ts';
import type { CacheContext } from './cache-context.ts';
import { frontedDraft } from './fronted-draft.ts';
import type { GuardedStore } from './guarded-store.ts';
import type { Lease } from './lease.ts';
import type { DerivedStore, Draft, DraftOptions } from './store.ts';
import { type Sink, tee } from './tee.ts';

type Making = {
  readonly guarded: GuardedStore;
  /** The name under which the output will be cached. */
  readonly name: string;
  readonly lease: Lease;
  readonly live: Pick<LiveRepresentation, 'open' | 'cachedForm'>;
  /** Is awaited after the output is there for others. */
  readonly onPublished: (object: StoredObject) => Promise<void>;
};

/** The time after the answer; at most 24 MB are still to be written then. */
const FINISH_MILLISECONDS = 10_000;

/**
 * Produces a body that is cached while it is read. If the store fails or is slow, the body is not affected.
 */
export async function produceCached(
  { guarded, name, lease, live, onPublished }: Making,
  { signal, invocationSignal, limits, waitUntil }: CacheContext,
): Promise<Readable> {
  const giveUp = () => {
    const given = lease.giveUp();
    waitUntil(() => given.then(() => null));
  };
  const late = new AbortController();
  const options = { signal: AbortSignal.any([invocationSignal, late.signal]), onStart: lease.noteDraft };
  const { cachedForm: form } = live;
  let output: Readable;
  let sink: Sink | null;
  try {
    output = await live.open();
    sink =
      form === undefined
        ? await beginDraft(output, () =>
            guarded.ask((store, within) => createInTime(store, name, options, within), signal),
          )
        : { kind: 'formed', form, draft: frontedDraft(guarded.store, name, options) };
  } catch (error) {
    giveUp();
    throw error;
  }
  if (sink === null) {
    giveUp();
    return output;
  }
  const { body, outcome } = tee(output, sink, { maxBytes: limits.maxResponseBytes });
  const settled = outcome.then(async (how) => {
    if (how.kind !== 'published') {
      await lease.giveUp();
      return { notCached: name, why: describeError(how.reason) };
    }
    await Promise.all([lease.stop(), onPublished(how.object)]);
    return { cached: name, bytes: how.object.sizeBytes };
  });
  waitUntil(async () => {
    const reason = new Error('The store did not finish soon enough after the answer.');
    const timer = setTimeout(() => late.abort(reason), FINISH_MILLISECONDS);
    return settled.finally(() => clearTimeout(timer));
  });
  return body;
}

/** Opens a draft for an output that is being produced already; null if the store takes too long. */
async function beginDraft(
  output: Readable,
  ask: () => Promise<{ readonly answer: Draft } | null>,
): Promise<Sink | null> {
  // A failure before anyone reads is reported to the reader later.
  output.on('error', () => {});
  try {
    const asked = await ask();
    return asked && { kind: 'as-sent', draft: asked.answer };
  } catch (error) {
    output.destroy();
    throw error;
  }
}

/** A draft that comes after nobody waits for it any more is discarded. */
async function createInTime(
  store: DerivedStore,
  name: string,
  options: DraftOptions,
  within: AbortSignal,
): Promise<Draft> {
  const draft = await store.create(name, options);
  if (!within.aborted) return draft;
  await draft.discard();
  throw within.reason;
}
