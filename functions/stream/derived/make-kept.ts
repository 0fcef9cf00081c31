import type { Readable } from 'node:stream';
import { describeError } from '../http/describe-error.ts';
import type { Claim } from './claim.ts';
import type { KeepingDesk } from './keeping-desk.ts';
import type { DerivedStore } from './store.ts';
import { tee } from './tee.ts';

type Making = {
  readonly store: DerivedStore;
  /** Where it will be kept. */
  readonly name: string;
  readonly claim: Claim;
  readonly open: () => Promise<Readable>;
  readonly onFailure: (error: unknown) => void;
};

/** After the answer; what is behind is 24 MB at most. */
const FINISH_MILLISECONDS = 10_000;

/** A body as it is made, which is kept while it is read; a store that fails leaves it as it is. */
export async function makeKept(
  { store, name, claim, open, onFailure }: Making,
  { lasting, limits, afterwards }: KeepingDesk,
): Promise<Readable> {
  const giveUp = () => {
    const given = claim.giveUp();
    afterwards(() => given.then(() => null));
  };
  let made: Readable;
  try {
    made = await open();
  } catch (error) {
    giveUp();
    throw error;
  }
  const late = new AbortController();
  const draft = await store
    .create(name, { signal: AbortSignal.any([lasting, late.signal]), onBegun: claim.noteDraft })
    .catch((error: unknown) => onFailure(error));
  if (!draft) {
    giveUp();
    return made;
  }
  const { body, outcome } = tee(made, draft, { maxBytes: limits.maxResponseBytes });
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
