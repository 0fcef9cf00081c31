import type { Readable } from 'node:stream';
import { describeError } from '../base/describe-error.ts';
import type { LiveRepresentation } from '../http/representation.ts';
import type { Claim } from './claim.ts';
import { frontedDraft } from './fronted-draft.ts';
import type { KeepingDesk } from './keeping-desk.ts';
import type { PatientStore } from './patient.ts';
import type { DerivedStore, Draft, DraftOptions } from './store.ts';
import { type Sink, tee } from './tee.ts';

type Making = {
  readonly patient: PatientStore;
  /** Where it will be kept. */
  readonly name: string;
  readonly claim: Claim;
  readonly live: Pick<LiveRepresentation, 'open' | 'cachedForm'>;
};

/** After the answer; what is behind is 24 MB at most. */
const FINISH_MILLISECONDS = 10_000;

/** A body as it is made, which is kept while it is read; a store that fails or is slow leaves it as it is. */
export async function makeKept(
  { patient, name, claim, live }: Making,
  { signal, lasting, limits, afterwards }: KeepingDesk,
): Promise<Readable> {
  const giveUp = () => {
    const given = claim.giveUp();
    afterwards(() => given.then(() => null));
  };
  const late = new AbortController();
  const options = { signal: AbortSignal.any([lasting, late.signal]), onBegun: claim.noteDraft };
  const { cachedForm: form } = live;
  let made: Readable;
  let sink: Sink | null;
  try {
    made = await live.open();
    sink =
      form === undefined
        ? await beginDraft(made, () =>
            patient.ask((store, within) => createInTime(store, name, options, within), signal),
          )
        : { kind: 'formed', form, draft: frontedDraft(patient.store, name, options) };
  } catch (error) {
    giveUp();
    throw error;
  }
  if (sink === null) {
    giveUp();
    return made;
  }
  const { body, outcome } = tee(made, sink, { maxBytes: limits.maxResponseBytes });
  const settled = outcome.then(async (how) => {
    await (how.kind === 'published' ? claim.stop() : claim.giveUp());
    return how.kind === 'published'
      ? { kept: name, bytes: how.object.sizeBytes }
      : { notKept: name, why: describeError(how.reason) };
  });
  afterwards(async () => {
    const reason = new Error('The store was not done soon enough after the answer.');
    const timer = setTimeout(() => late.abort(reason), FINISH_MILLISECONDS);
    return settled.finally(() => clearTimeout(timer));
  });
  return body;
}

/** The draft for what is being made already; null where there is none in time. */
async function beginDraft(
  made: Readable,
  ask: () => Promise<{ readonly answer: Draft } | null>,
): Promise<Sink | null> {
  // A failure meanwhile waits for its reader.
  made.on('error', () => {});
  try {
    const asked = await ask();
    return asked && { kind: 'as-sent', draft: asked.answer };
  } catch (error) {
    made.destroy();
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
