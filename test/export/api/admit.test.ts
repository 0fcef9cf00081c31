import { expect } from 'chai';
import { readLimits } from '../../../functions/stream/base/limits.ts';
import { admit } from '../../../functions/stream/export/api/admit.ts';
import { openJobStore } from '../../../functions/stream/export/job/job-store.ts';
import { NOTHING_USED, type ShardRecord, type Stage } from '../../../functions/stream/export/job/record.ts';
import { newJob } from '../../../functions/stream/export/job/states.ts';
import { problemOf } from '../../../testing/problem.ts';
import { fakeStore } from '../../../testing/stores.ts';

const { signal } = new AbortController();
const RUNNING: Stage = { kind: 'running', shards: 1, startedMs: 0, secondsTotal: 9 };
const DONE: Stage = {
  kind: 'done',
  result: { extension: 'mp4', contentType: 'video/mp4', sizeBytes: 77, durationSeconds: 40 },
};
const FAILED: Stage = { kind: 'failed', problem: { type: 'x', title: 'y', status: 415, detail: 'z' } };
const SHARD: ShardRecord = {
  ...{
    generation: 1,
    attempt: 1,
    lost: 0,
    ticks: 1,
    isWaiting: false,
    sent: 1,
    usage: NOTHING_USED,
    atMs: 0,
  },
  ...{ to: 1, next: 0, parts: [], secondsDone: 1, bytes: 1 },
};

function scene(over: Partial<ReturnType<typeof readLimits>> = {}) {
  const store = fakeStore();
  let now = Date.now();
  const wait = (seconds: number) => {
    now += seconds * 1000;
    store.age(seconds);
  };
  const limits = { ...readLimits({}), maxExports: 5, maxKeyExports: 3, maxObjectExports: 2, ...over };
  const ask = (id: string, object = id, signer: string | null = null) =>
    admit({ id, object, signer }, { store, limits, signal, now: () => now });
  const refusal = async (...of: Parameters<typeof ask>) => {
    const { type, status, message, headers } = await problemOf(ask(...of));
    expect([type, status, headers['retry-after']]).to.deep.equal(['too-many-exports', 429, '30']);
    return message;
  };
  const be = (id: string, stage: Stage) =>
    openJobStore(store, id).write({ ...newJob(1), stage }, null, signal);
  return { store, ask, refusal, be, wait };
}

describe('exports that are not finished', () => {
  it('are limited in all, and the sentence says so', async () => {
    const { ask, refusal } = scene();
    for (const id of 'abcde') await ask(id);
    expect(await refusal('f')).to.equal(
      'With this one 6 exports of the service would not be finished, and the limit is 5 (MAX_EXPORTS); wait until one of them has ended.',
    );
  });

  it('are limited for one object', async () => {
    const { ask, refusal } = scene();
    for (const id of 'ab') await ask(id, 'film');
    expect(await refusal('c', 'film')).to.contain('limit is 2 (MAX_OBJECT_EXPORTS)');
    await ask('d', 'song');
  });

  it('are limited for one signing key', async () => {
    const { ask, refusal } = scene();
    for (const id of 'abc') await ask(id, id, 'key');
    expect(await refusal('d', 'd', 'key')).to.contain('limit is 3 (MAX_KEY_EXPORTS)');
    await ask('d', 'd', 'other');
  });

  it('count once, however many clients ask for one', async () => {
    const { ask, store } = scene({ maxExports: 1 });
    for (let i = 0; i < 3; i++) await ask('a', 'film');
    expect(store.calls.filter((call) => call.startsWith('writeRecord'))).to.have.length(1);
  });

  it('do not exceed a limit if many begin at once', async () => {
    const { ask } = scene({ maxExports: 5 });
    const asked = await Promise.allSettled(Array.from({ length: 8 }, (_, i) => ask(`${i}`)));
    const admitted = asked.filter(({ status }) => status === 'fulfilled');
    expect(admitted.length).to.be.within(1, 5);
  });

  const ENDED: [what: string, Stage | null, age: number, isFree: boolean][] = [
    ['one that is done', DONE, 3, true],
    ['one that has failed', FAILED, 3, true],
    ['one that goes on', RUNNING, 3, false],
    ['one that waits for a worker', { kind: 'queued', sent: 1 }, 3, false],
    ['one that nobody works on or follows', RUNNING, 61, true],
    ['one whose record is not written yet', null, 3, false],
  ];
  for (const [what, stage, age, isFree] of ENDED) {
    it(`${isFree ? 'do not include' : 'include'} ${what}`, async () => {
      const { ask, refusal, be, wait } = scene({ maxExports: 1 });
      await ask('a');
      await refusal('b');
      if (stage !== null) await be('a', stage);
      // Looked after only where a limit is reached, and not again within two seconds.
      await refusal('b');
      wait(age);
      await (isFree ? ask('b') : refusal('b'));
    });
  }

  it('include one whose shards go on', async () => {
    const { ask, refusal, be, store, wait } = scene({ maxExports: 1 });
    await ask('a');
    await be('a', RUNNING);
    wait(100);
    await openJobStore(store, 'a').writeShard(0, SHARD, null, signal);
    await refusal('b');
  });

  it('are looked after though others begin all the time', async () => {
    const { ask, refusal, be, wait } = scene({ maxExports: 9, maxObjectExports: 1 });
    await ask('a', 'film');
    await refusal('b', 'film');
    await be('a', DONE);
    for (const id of 'cdef') {
      wait(1);
      await ask(id);
    }
    await ask('b', 'film');
  });

  it('are looked after once in two seconds, however many ask', async () => {
    const { ask, refusal, be, store, wait } = scene({ maxExports: 1 });
    await ask('a');
    await be('a', RUNNING);
    wait(3);
    store.calls.length = 0;
    for (let i = 0; i < 10; i++) await refusal('b');
    expect(store.calls.filter((call) => call === 'readRecord exports/a')).to.have.length(1);
  });
});
