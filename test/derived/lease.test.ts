import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { type Lease, takeLease } from '../../functions/stream/derived/lease.ts';
import { rejection } from '../../testing/rejection.ts';
import { type FakeStore, fakeStore } from '../../testing/stores.ts';

const NAME = 'made/1.mp4';
const RECORD = `claims/${NAME}`;

describe('takeClaim', () => {
  const { signal } = new AbortController();
  let store: FakeStore;
  let held: Lease[];
  beforeEach(() => {
    store = fakeStore();
    held = [];
  });
  afterEach(() => Promise.all(held.map((lease) => lease.stop())));

  async function take(leaseSeconds = 60): Promise<Lease | null> {
    const lease = await takeLease(store, NAME, { leaseSeconds, signal, invocationSignal: signal });
    if (lease !== null) held.push(lease);
    return lease;
  }

  it('is given to one of those who ask at the same time', async () => {
    const leases = await Promise.all(Array.from({ length: 16 }, () => take()));
    expect(leases.filter((lease) => lease !== null)).to.have.length(1);
  });

  it('takes one request if nobody holds it', async () => {
    await take();
    expect(store.calls).to.deep.equal([`writeRecord ${RECORD}`]);
  });

  it('is free for one when it has expired, who ends the draft of the dead producer', async () => {
    const dead = await take(6);
    dead?.noteDraft('upload-1');
    await dead?.stop();
    store.age(5);
    expect(await take()).to.equal(null);
    store.age(2);
    const leases = await Promise.all(Array.from({ length: 16 }, () => take()));
    expect(leases.filter((lease) => lease !== null)).to.have.length(1);
    expect(store.calls.filter((call) => call.startsWith('abandon'))).to.deep.equal([
      `abandon ${NAME} upload-1`,
    ]);
  });

  it('is free again at once when it is given up', async () => {
    await (await take())?.giveUp();
    expect(await take()).to.not.equal(null);
    expect(store.calls.some((call) => call.startsWith('abandon'))).to.equal(false);
  });

  it('is not given up by a holder who has lost it', async () => {
    const slept = await take(6);
    store.age(7);
    const taken = await take(6);
    await slept?.giveUp();
    expect(await take()).to.equal(null);
    await taken?.giveUp();
    expect(await take()).to.not.equal(null);
  });

  it('is renewed as long as it is held', async () => {
    await take(0.03);
    const versions = new Set<string | undefined>();
    while (versions.size < 3) {
      versions.add(store.records.get(RECORD)?.version);
      await new Promise(setImmediate);
    }
    await held[0]?.stop();
  });

  /** Loses the answer to the next renewal, which is written. */
  function loseAnswer(): void {
    const { writeRecord } = store;
    store.writeRecord = async (...asked) => {
      store.writeRecord = writeRecord;
      await writeRecord(...asked);
      throw new Error('the answer was lost');
    };
  }

  it('is held on to after a renewal whose answer was lost', async () => {
    const lease = await take(6);
    store.age(5);
    loseAnswer();
    lease?.noteDraft('upload-1');
    lease?.noteDraft('upload-2');
    await lease?.stop();
    store.age(5);
    expect(await take(6)).to.equal(null);
    expect(JSON.parse(store.records.get(RECORD)?.text ?? '')).to.include({ draftId: 'upload-2' });
    await lease?.giveUp();
    expect(await take(6)).to.not.equal(null);
  });

  it('stays with the new holder, even if the answer to a renewal was lost', async () => {
    const slept = await take(6);
    loseAnswer();
    slept?.noteDraft('upload-1');
    await slept?.stop();
    store.age(7);
    expect(await take(6)).to.not.equal(null);
    const taken = store.records.get(RECORD);
    await slept?.giveUp();
    expect(store.records.get(RECORD)).to.equal(taken);
  });

  const LATE: readonly [what: string, slow: number, before: string | null][] = [
    ['free', 1, null],
    ['over', 2, 'of another time'],
  ];
  for (const [what, slow, text] of LATE) {
    it(`is given up again if it was ${what} and the store answered too late`, async () => {
      if (text !== null) store.records.set(RECORD, { name: RECORD, text, version: 'old', ageSeconds: 0 });
      const asking = new AbortController();
      let writes = 0;
      store.before = async (call) => {
        if (call.startsWith('writeRecord') && ++writes === slow) asking.abort(new Error('too late'));
      };
      const options = { leaseSeconds: 60, signal: asking.signal, invocationSignal: signal };
      expect((await rejection(takeLease(store, NAME, options))).message).to.equal('too late');
      expect(JSON.parse(store.records.get(RECORD)?.text ?? '')).to.include({ state: 'given-up' });
      expect(await take()).to.not.equal(null);
    });
  }

  it('is renewed no longer than its invocation lasts', async () => {
    const invocationSignal = AbortSignal.abort();
    expect(await takeLease(store, NAME, { leaseSeconds: 0.003, signal, invocationSignal })).to.not.equal(
      null,
    );
    await delay(20);
    expect(store.calls).to.deep.equal([`writeRecord ${RECORD}`]);
  });

  it('takes the place of a record that cannot be read', async () => {
    store.records.set(RECORD, { name: RECORD, text: 'of another time', version: 'old', ageSeconds: 0 });
    expect(await take()).to.not.equal(null);
  });
});
