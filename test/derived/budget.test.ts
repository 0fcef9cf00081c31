import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { createBudget } from '../../functions/stream/derived/budget.ts';
import { problemOf } from '../../testing/problem.ts';
import { type FakeStore, fakeStore } from '../../testing/stores.ts';

const { signal } = new AbortController();
const NOON = Date.parse('2026-11-30T12:00:00Z');

describe('the budget of a day', () => {
  let store: FakeStore;
  let time: number;
  let failures: unknown[];
  beforeEach(() => {
    [store, time, failures] = [fakeStore(), NOON, []];
  });

  /** An instance of so many gigabytes: a hundred, so that milliseconds count. */
  const instance = (mostGbSeconds: number, memoryGigabytes = 100) =>
    createBudget(store, {
      ...{ mostGbSeconds, memoryGigabytes },
      onFailure: (error) => failures.push(error),
      now: () => time,
    });
  const total = () => Number(store.records.get('usage/2026-11-30')?.text ?? 0);

  async function work(budget: ReturnType<typeof instance>): Promise<void> {
    const end = budget.begin();
    await delay(20);
    await end();
  }

  it('is counted for all instances in one record, which none of them writes often', async () => {
    const [one, other] = [instance(1_000), instance(1_000)];
    await work(one);
    await work(other);
    const both = total();
    expect(both).to.be.above(3.5);
    for (let i = 0; i < 5; i++) await work(one);
    expect(total()).to.equal(both);
    time += 15_000;
    await work(one);
    expect(total()).to.be.above(both + 10);
    expect(failures).to.deep.equal([]);
  });

  it('refuses what begins after it is spent, until midnight', async () => {
    const [one, other] = [instance(1), instance(1)];
    await one.check(signal);
    await work(one);
    for (const each of [one, other]) {
      const { type, status, message, headers } = await problemOf(each.check(signal));
      expect([type, status, headers['retry-after']]).to.deep.equal(['budget-spent', 503, '43200']);
      expect(message).to.contain('1 GB-seconds of today (MAX_GB_SECONDS_PER_DAY)');
    }
    time = Date.parse('2026-12-01T00:00:00Z');
    for (const each of [one, other]) await each.check(signal);
  });

  it('is read again when what is known is old, and not for each request', async () => {
    const budget = instance(1);
    for (let i = 0; i < 5; i++) await budget.check(signal);
    const reads = () => store.calls.filter((call) => call.startsWith('readRecord')).length;
    expect(reads()).to.equal(1);
    await work(instance(1));
    const before = reads();
    await budget.check(signal);
    time += 15_001;
    expect((await problemOf(budget.check(signal))).type).to.equal('budget-spent');
    expect(reads()).to.equal(before + 1);
  });

  it('loses nothing if instances write at once', async () => {
    const instances = Array.from({ length: 4 }, () => instance(1_000));
    await Promise.all(instances.map(work));
    time += 15_000;
    // Whoever was always slower writes now.
    for (const each of instances) await work(each);
    expect(total()).to.be.above(4 * 2 * 1.8);
  });

  it('refuses nobody if the store does not answer, and does not hold an invocation up', async () => {
    store.before = () => new Promise(() => {});
    const budget = instance(1);
    await budget.check(signal);
    expect(failures).to.have.length(1);
    store.before = async () => Promise.reject(new Error('down'));
    await work(budget);
    expect(failures).to.have.length(2);
  });
});
