import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { onAbort } from '../base/abort.ts';
import { parseRecord } from './parse-record.ts';
import { rewriteOwn } from './rewrite-own.ts';
import type { DerivedStore, StoredRecord } from './store.ts';

/** The right to produce one output. One invocation holds it as long as it renews it. */
export type Lease = {
  /** Records the draft of an object, so that the next holder of the lease can end it. */
  noteDraft(draftId: string, draftName?: string): void;
  /**
   * Ends the renewals after the output is published: nobody asks for the lease any more, and it expires by
   * itself.
   */
  stop(): Promise<void>;
  /** Ends the lease when nothing is published, so that others need not wait until it expires. */
  giveUp(): Promise<void>;
};

export type LeaseOptions = {
  /** The time after which the lease expires unless renewed, by the store's clock. */
  readonly leaseSeconds: number;
  /** Ends the request for the lease. */
  readonly signal: AbortSignal;
  /** Ends the renewals. */
  readonly invocationSignal: AbortSignal;
};

const TEXT = v.object({
  /** By which a holder recognises its own lease. */
  holder: v.string(),
  state: v.picklist(['making', 'given-up']),
  leaseSeconds: v.number(),
  draftId: v.nullable(v.string()),
  /** Present if the draft has another name than the output. */
  draftName: v.optional(v.string()),
});
type Text = v.InferOutput<typeof TEXT>;

/** Takes the lease for the output `name`; null if somebody holds it. Rejects as the store does. */
export async function takeLease(
  store: DerivedStore,
  name: string,
  { leaseSeconds, signal, invocationSignal }: LeaseOptions,
): Promise<Lease | null> {
  const leaseName = `claims/${name}`;
  const write = (text: Text, replaces: StoredRecord | null, within: AbortSignal) =>
    store.writeRecord(leaseName, JSON.stringify(text), replaces, within);

  const text: Text = { holder: randomUUID(), state: 'making', leaseSeconds, draftId: null };
  const first = await write(text, null, signal);
  if (first !== null) return held(first);

  const found = await store.readRecord(leaseName, signal);
  const holder = parseRecord(TEXT, found);
  if (found && holder && !isOver(found, holder)) return null;
  const second = await write(text, found, signal);
  if (second === null) return null;
  // The draft of a producer that died. It would be removed within a day in any case.
  if (holder?.draftId) {
    const { draftName = name, draftId } = holder;
    void store.abandon(draftName, draftId, invocationSignal).catch(() => {});
  }
  return held(second);

  function rewrite(text: Text, known: StoredRecord, within: AbortSignal) {
    return rewriteOwn(known, {
      write: (replaces) => write(text, replaces, within),
      read: () => store.readRecord(leaseName, within),
      isOwn: (found) => parseRecord(TEXT, found)?.holder === text.holder,
    });
  }

  async function held(taken: StoredRecord): Promise<Lease> {
    const lease = hold(taken, text, rewrite, invocationSignal);
    if (!signal.aborted) return lease;
    // The store answered too late: the request is over and would hold the lease for ever.
    await lease.giveUp();
    throw signal.reason;
  }
}

function hold(
  taken: StoredRecord,
  firstText: Text,
  rewrite: (text: Text, known: StoredRecord, within: AbortSignal) => Promise<StoredRecord | null>,
  signal: AbortSignal,
): Lease {
  let text = firstText;
  // Null once somebody else has taken the lease, for example when this process was asleep for long.
  let record: StoredRecord | null = taken;
  let writing: Promise<void> | null = null;
  const change = (changes: Partial<Text>, within = signal) => {
    text = { ...text, ...changes };
    writing = (writing ?? Promise.resolve()).then(async () => {
      // The next renewal makes up for one that could not be written; otherwise the lease expires.
      if (record !== null) record = await rewrite(text, record, within).catch(() => record);
    });
    return writing;
  };
  let isRenewing = false;
  const beat = setInterval(
    async () => {
      if (isRenewing) return;
      isRenewing = true;
      await change({});
      isRenewing = false;
    },
    (text.leaseSeconds * 1000) / 3,
  );
  const release = onAbort(signal, () => clearInterval(beat));
  const stop = async () => {
    clearInterval(beat);
    release();
    await writing;
  };
  return {
    noteDraft: (draftId, draftName) =>
      void change({ draftId, ...(draftName === undefined ? {} : { draftName }) }),
    stop,
    async giveUp() {
      await stop();
      // Must be written even if the signal has ended everything else.
      await change({ state: 'given-up', draftId: null }, AbortSignal.timeout(GIVE_UP_MILLISECONDS));
    },
  };
}

const GIVE_UP_MILLISECONDS = 800;

/** A record that cannot be parsed is nobody's lease. */
function isOver({ ageSeconds }: StoredRecord, { state, leaseSeconds }: Text): boolean {
  return state === 'given-up' || ageSeconds > leaseSeconds;
}
