import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { damaged } from '../../functions/stream/base/problem.ts';
import type { DeferredWork } from '../../functions/stream/base/request-context.ts';
import { createTrace } from '../../functions/stream/base/trace.ts';
import type { FollowingContext } from '../../functions/stream/derived/cache-context.ts';
import { createDerivedCache, type DerivedCache } from '../../functions/stream/derived/derived-cache.ts';
import { respondCached } from '../../functions/stream/derived/respond-cached.ts';
import { problemOf } from '../../testing/problem.ts';
import { type FakeStore, fakeStore } from '../../testing/stores.ts';

const NAME = 'made/hash.mp4';

describe('respondMade', () => {
  let store: FakeStore;
  let derivedCache: DerivedCache;
  let failures: unknown[];
  let runs: number;
  let deferred: DeferredWork[];
  let controller: AbortController;
  afterEach(() => controller.abort());
  beforeEach(() => {
    controller = new AbortController();
    store = fakeStore();
    failures = [];
    runs = 0;
    deferred = [];
    const patience = { waitMilliseconds: 200, restMilliseconds: 60_000 };
    derivedCache = createDerivedCache(store, {
      patience,
      followMilliseconds: 60_000,
      onFailure: (error) => failures.push(error),
    });
  });

  async function ask(
    { headers = {}, method = 'GET', follows = true, over = derivedCache as DerivedCache | null } = {},
    open = async () => Readable.from([Buffer.from('live body')], { objectMode: false }),
  ): Promise<{ response: Response; text: string }> {
    const { signal } = controller;
    const context: FollowingContext = {
      signal,
      invocationSignal: signal,
      trace: createTrace(),
      waitUntil: (work) => void deferred.push(work),
      limits: { maxResponseBytes: 1_000, maxRanges: 32, presignSeconds: 60 },
      follows,
    };
    const representation = {
      kind: 'live' as const,
      contentType: 'video/mp4',
      etag: 'W/"hash"',
      open() {
        runs++;
        return open();
      },
    };
    const request = new Request('https://sluice.example/', { headers, method });
    const response = await respondCached(request, { representation, plan: 'transcode' }, over, context);
    return { response, text: await response.text() };
  }

  const waitUntil = () => Promise.all(deferred.splice(0).map((work) => work(true)));

  it('produces an output, caches it, and then serves it as a file', async () => {
    const first = await ask();
    expect([first.response.status, first.text]).to.deep.equal([200, 'live body']);
    expect(await waitUntil()).to.deep.equal([{ cached: NAME, bytes: 9 }]);
    const second = await ask({ headers: { range: 'bytes=5-' } });
    expect([second.response.status, second.text]).to.deep.equal([206, 'body']);
    expect(second.response.headers.get('sluice-plan')).to.equal('transcode; cached');
    expect(second.response.headers.get('etag')).to.match(/^"/);
    expect(runs).to.equal(1);
  });

  it('looks up a cached output only once', async () => {
    store.objects.set(NAME, Buffer.from('disk'));
    await ask();
    await ask();
    expect(store.calls).to.deep.equal([`find ${NAME}`, `read ${NAME}`, `read ${NAME}`]);
  });

  it('produces nothing for HEAD or for a condition that is not met', async () => {
    expect((await ask({ method: 'HEAD' })).response.headers.get('accept-ranges')).to.equal('none');
    expect((await ask({ headers: { 'if-none-match': 'W/"hash"' } })).response.status).to.equal(304);
    expect([runs, store.records.size]).to.deep.equal([0, 0]);
  });

  for (const range of ['bytes=0-1', 'bytes=0-1,3-3']) {
    it(`produces an expired output again, in the same answer to ${range}`, async () => {
      store.objects.set(NAME, Buffer.from('disk'));
      await ask();
      store.objects.delete(NAME);
      const { response, text } = await ask({ headers: { range } });
      expect([response.status, text]).to.deep.equal([200, 'live body']);
      await waitUntil();
      expect(store.objects.get(NAME)?.toString()).to.equal('live body');
      // The next request has the same, even long after.
      store.age(100);
      expect((await ask()).text).to.equal('live body');
      expect(runs).to.equal(1);
    });
  }

  const another = () => createDerivedCache(store, { followMilliseconds: 60_000, onFailure: () => {} });

  it('lets the next one produce it at once if production breaks', async () => {
    const breaking = Readable.from(
      (async function* () {
        yield Buffer.from('live');
        throw new Error('broken');
      })(),
    );
    const failure = await ask({}, async () => breaking).catch((error: unknown) => error);
    expect(String(failure)).to.contain('broken');
    await waitUntil();
    expect((await ask({ over: another() })).text).to.equal('live body');
    await waitUntil();
    expect(store.objects.get(NAME)?.toString()).to.equal('live body');
  });

  it('ends the draft of a dead producer', async () => {
    void ask({}, async () => new Readable({ read() {} })).catch(() => {});
    while (!store.calls.includes(`create ${NAME}`)) await delay(1);
    // The record of the draft is written by then, or never.
    while (store.calls.filter((call) => call.startsWith('writeRecord')).length < 2) await delay(1);
    store.age(7);
    await ask({ over: another() });
    expect(store.calls).to.include(`abandon ${NAME} draft of ${NAME}`);
  });

  it('caches nothing without a store', async () => {
    expect((await ask({ over: null })).text).to.equal('live body');
    expect([store.calls, deferred]).to.deep.equal([[], []]);
  });

  const BROKEN: readonly [string, () => Promise<void>][] = [
    ['fails', () => Promise.reject(new Error('broken'))],
    ['does not answer', () => new Promise(() => {})],
  ];
  for (const [what, before] of BROKEN) {
    it(`serves the viewer while the store ${what}, and leaves it alone after that`, async () => {
      store.before = before;
      expect((await ask()).text).to.equal('live body');
      expect((await ask()).text).to.equal('live body');
      expect(store.calls).to.deep.equal([`find ${NAME}`]);
      expect(failures).to.have.length(1);
    });
  }

  for (const [what, fault] of BROKEN) {
    const onRead = (call: string) => (call.startsWith('read made') ? fault() : Promise.resolve());

    it(`produces a cached output again if reading it ${what}, and leaves the store alone after that`, async () => {
      store.objects.set(NAME, Buffer.from('disk'));
      store.before = onRead;
      expect((await ask({ headers: { range: 'bytes=0-1' } })).text).to.equal('live body');
      expect((await ask()).text).to.equal('live body');
      expect(store.calls).to.deep.equal([`find ${NAME}`, `read ${NAME}`]);
      expect(failures).to.have.length(1);
    });

    it(`produces it if reading another instance's output ${what}`, async () => {
      const { slow, finish } = producedLater();
      const first = ask({}, slow);
      while (runs === 0) await delay(1);
      store.before = onRead;
      const second = ask();
      while (!store.calls.some((call) => call.startsWith('readRecord'))) await delay(1);
      finish();
      expect([(await first).text, (await second).text]).to.deep.equal(['sent once', 'live body']);
      expect(store.calls.filter((call) => call.startsWith('read made'))).to.have.length(1);
    });
  }

  it('serves the viewer if no draft comes in time, and discards one that comes too late', async () => {
    let comes = () => {};
    const late = new Promise<void>((resolve) => {
      comes = resolve;
    });
    store.before = (call) => (call.startsWith('create') ? late : Promise.resolve());
    expect((await ask()).text).to.equal('live body');
    await waitUntil();
    expect(store.calls.filter((call) => call.startsWith('discard'))).to.deep.equal([]);
    comes();
    while (!store.calls.includes(`discard ${NAME}`)) await delay(1);
    expect([store.objects.size, failures.length]).to.deep.equal([0, 1]);
    // The lease was given up: the next request, of another instance, produces and caches the output.
    derivedCache = createDerivedCache(store, { onFailure: (error) => failures.push(error) });
    await ask();
    await waitUntil();
    expect(store.objects.get(NAME)?.toString()).to.equal('live body');
  });

  for (const [what, comes] of [
    ['comes after that', () => delay(5)],
    ['never comes', () => new Promise<void>(() => {})],
  ] as const) {
    it(`breaks the answer if production fails before the draft is there, which ${what}`, async () => {
      store.before = (call) => (call.startsWith('create') ? comes() : Promise.resolve());
      const failing = async () => {
        const output = new Readable({ read() {} });
        output.push('live');
        setImmediate(() => output.destroy(damaged('The media could not be decoded.')));
        return output;
      };
      expect((await problemOf(ask({}, failing))).type).to.equal('damaged-media');
      await waitUntil();
      expect(store.objects.size).to.equal(0);
    });
  }

  it('takes its time for a cached body once it has begun', async () => {
    store.objects.set(NAME, Buffer.from('disk'));
    let until: AbortSignal | null = null;
    const read = store.read;
    store.read = (object, range, signal) => {
      until = signal;
      return read(object, range, signal);
    };
    await ask();
    await delay(60);
    expect(until).to.have.property('aborted', false);
    controller.abort();
    expect(until).to.have.property('aborted', true);
  });

  it('waits for another producer of a segment, and produces nothing itself', async () => {
    const { slow, finish } = producedLater();
    const first = ask({}, slow);
    while (runs === 0) await delay(1);
    const others = [ask(), ask(), ask()];
    while (store.calls.filter((call) => call.startsWith('readRecord')).length < 3) await delay(1);
    finish();
    for (const { text } of [await first, ...(await Promise.all(others))]) expect(text).to.equal('sent once');
    expect(runs).to.equal(1);
  });

  it('does not wait for another producer of a long output', async () => {
    await ask();
    store.objects.clear();
    const { text } = await ask({ follows: false });
    expect([text, runs]).to.deep.equal(['live body', 2]);
  });

  it('lets the next one produce it at once if it cannot be produced', async () => {
    const fail = () => Promise.reject(damaged('The media could not be decoded.'));
    expect((await problemOf(ask({}, fail))).type).to.equal('damaged-media');
    await waitUntil();
    expect((await ask()).text).to.equal('live body');
    await waitUntil();
    expect(store.objects.size).to.equal(1);
  });

  it('does not wait for ever for a live producer that does not finish', async () => {
    derivedCache = createDerivedCache(store, {
      followMilliseconds: 50,
      onFailure: (error) => failures.push(error),
    });
    const never = ask({}, () => new Promise(() => {})).catch(() => {});
    while (runs === 0) await delay(1);
    expect((await ask()).text).to.equal('live body');
    expect(runs).to.equal(2);
    controller.abort();
    void never;
  });
});

/** Output that is produced once `finish` is called. */
function producedLater() {
  let finish = () => {};
  const isTime = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const slow = async () => {
    await isTime;
    return Readable.from([Buffer.from('sent once')], { objectMode: false });
  };
  return { slow, finish };
}
