import type { Readable } from 'node:stream';
import { describeError } from '../base/describe-error.ts';
import type { LiveRepresentation } from '../http/representation.ts';
import type { CacheContext } from './cache-context.ts';
import { frontedDraft } from './fronted-draft.ts';
import type { GuardedStore } from './guarded-store.ts';
import type { Lease } from './lease.ts';
import type { DerivedStore, Draft, DraftOptions } from './store.ts';
import { type Sink, tee } from './tee.ts';

type Making = {
  readonly guarded: GuardedStore;
  /** Where it will be kept. */
  readonly name: string;
  readonly lease: Lease;
  readonly live: Pick<LiveRepresentation, 'open' | 'cachedForm'>;
};

/** After the answer; what is behind is 24 MB at most. */
const FINISH_MILLISECONDS = 10_000;

/** A body as it is made, which is kept while it is read; a store that fails or is slow leaves it as it is. */
export async function produceCached(
  { guarded, name, lease, live }: Making,
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
    await (how.kind === 'published' ? lease.stop() : lease.giveUp());
    return how.kind === 'published'
      ? { cached: name, bytes: how.object.sizeBytes }
      : { notCached: name, why: describeError(how.reason) };
  });
  waitUntil(async () => {
    const reason = new Error('The store was not done soon enough after the answer.');
    const timer = setTimeout(() => late.abort(reason), FINISH_MILLISECONDS);
    return settled.finally(() => clearTimeout(timer));
  });
  return body;
}

/** The draft for what is being made already; null where there is none in time. */
async function beginDraft(
  output: Readable,
  ask: () => Promise<{ readonly answer: Draft } | null>,
): Promise<Sink | null> {
  // A failure meanwhile waits for its reader.
  output.on('error', () => {});
  try {
    const asked = await ask();
    return asked && { kind: 'as-sent', draft: asked.answer };
  } catch (error) {
    output.destroy();
    throw error;
  }
}

/** One that comes when nobody waits for it any more is discarded. */
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
