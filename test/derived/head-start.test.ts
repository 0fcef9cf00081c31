import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { busy, damaged } from '../../functions/stream/base/problem.ts';
import { createTrace } from '../../functions/stream/base/trace.ts';
import type { FollowingContext } from '../../functions/stream/derived/cache-context.ts';
import { createDerivedCache } from '../../functions/stream/derived/derived-cache.ts';
import { headStart } from '../../functions/stream/derived/head-start.ts';
import type { LiveRepresentation } from '../../functions/stream/http/representation.ts';
import type { HeadStart } from '../../functions/stream/plan/head-start.ts';
import { type FakeStore, fakeStore } from '../../testing/stores.ts';

const SEGMENTS = [1, 2, 3];
const nameOf = (index: number) => `made/segment-${index}.mp4`;

describe('headStart', () => {
  let store: FakeStore;
  let runs: number[];
  let controller: AbortController;
  beforeEach(() => {
    store = fakeStore();
    runs = [];
    controller = new AbortController();
  });
  afterEach(() => controller.abort());

  type Opening = (index: number) => Promise<Readable>;
  const opened: Opening = async (index) =>
    Readable.from([Buffer.from(`segment ${index}`)], { objectMode: false });
  const segment = (index: number, open = opened): LiveRepresentation => ({
    kind: 'live',
    contentType: 'video/mp4',
    etag: `W/"segment-${index}"`,
    open() {
      runs.push(index);
      return open(index);
    },
  });
  /** The cache of another instance each time. */
  const newCache = () =>
    createDerivedCache(store, {
      patience: { waitMilliseconds: 2_000, restMilliseconds: 1 },
      onFailure: () => {},
    });
  const limits = { maxResponseBytes: 1_000, maxRanges: 32, presignSeconds: 60 };

  type Circumstances = {
    isWhole?: boolean;
    withinSeconds?: number;
    open?: Opening;
    refuseWhenFull?: () => void;
  };
  async function start({ isWhole = true, withinSeconds = 60, open, refuseWhenFull }: Circumstances = {}) {
    const asks = SEGMENTS.map((index) => ({ kind: 'segment' as const, rendition: '240p', index }));
    const plan: HeadStart = { asks, withinSeconds };
    const work = headStart(plan, {
      derivedCache: newCache(),
      invocationSignal: controller.signal,
      limits,
      refuseWhenFull,
      open: async ({ index }) => segment(index, open),
    });
    const { ahead, stopped } = (await work(isWhole)) ?? {};
    return { ahead, stopped };
  }
  const NOTHING = { ahead: undefined, stopped: undefined };
  const cached = () => [...store.objects.keys()];

  /** Reads a segment as a viewer of another instance does. */
  function view(index: number, open = opened): Promise<Readable> {
    const { signal } = controller;
    const context: FollowingContext = {
      signal,
      invocationSignal: signal,
      trace: createTrace(),
      limits,
      waitUntil: () => {},
      follows: true,
    };
    return newCache().caching(segment(index, open), context).open();
  }

  it('produces the next segments in order and caches them', async () => {
    expect(await start()).to.deep.equal({ ahead: SEGMENTS, stopped: undefined });
    expect(runs).to.deep.equal(SEGMENTS);
    expect(SEGMENTS.map((index) => store.objects.get(nameOf(index))?.toString())).to.deep.equal([
      'segment 1',
      'segment 2',
      'segment 3',
    ]);
  });

  it('does nothing if the viewer left before the end', async () => {
    expect(await start({ isWhole: false })).to.deep.equal(NOTHING);
    expect(store.calls).to.deep.equal([]);
  });

  it('begins nothing once its time is up', async () => {
    expect(await start({ withinSeconds: 0 })).to.deep.equal({ ahead: [], stopped: 'its time is up' });
    expect(runs).to.deep.equal([]);
  });

  it('passes over cached segments, and reports nothing if all are cached', async () => {
    store.objects.set(nameOf(1), Buffer.from('disk'));
    store.objects.set(nameOf(2), Buffer.from('disk'));
    expect(await start()).to.deep.equal({ ahead: [3], stopped: undefined });
    expect(await start()).to.deep.equal(NOTHING);
    expect(runs).to.deep.equal([3]);
  });

  it('ends if another instance is producing one', async () => {
    let goOn = () => {};
    const waits = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const first = await view(2, async (index) => {
      void waits.then(() => body.push(null));
      const body = new Readable({ read() {} });
      body.push(`segment ${index}`);
      return body;
    });
    const { ahead, stopped } = await start();
    expect(ahead).to.deep.equal([1]);
    expect(stopped).to.match(/^another instance produces it/);
    goOn();
    expect(await text(first)).to.equal('segment 2');
    expect(runs).to.deep.equal([2, 1]);
  });

  it('is followed by a viewer who asks for the same segment', async () => {
    let goOn = () => {};
    const waits = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const work = start({
      async open(index) {
        await waits;
        return opened(index);
      },
    });
    while (runs.length === 0) await delay(1);
    const viewer = view(1);
    while (store.calls.filter((call) => call === `find ${nameOf(1)}`).length < 2) await delay(1);
    goOn();
    expect(await text(await viewer)).to.equal('segment 1');
    expect((await work).ahead).to.deep.equal(SEGMENTS);
    expect(runs).to.deep.equal(SEGMENTS);
  });

  const broken = () =>
    Readable.from(
      (async function* () {
        yield Buffer.from('half of it');
        throw damaged('The rest is missing.');
      })(),
      { objectMode: false },
    );
  const full = () => {
    throw busy('The memory is full');
  };
  const STOPS: [what: string, circumstances: Circumstances, why: RegExp, indexes: number][] = [
    ['cannot be begun', { open: () => Promise.reject(damaged('It is broken.')) }, /It is broken/, 1],
    ['breaks off', { open: async () => broken() }, /The rest is missing/, 1],
    ['finds no memory', { refuseWhenFull: full }, /The memory is full/, 0],
  ];
  for (const [what, circumstances, why, begun] of STOPS) {
    it(`ends with the first that ${what}, leaves nothing, and the next viewer produces it`, async () => {
      const { ahead, stopped } = await start(circumstances);
      expect([ahead, runs.length, cached()]).to.deep.equal([[], begun, []]);
      expect(stopped).to.match(why);
      // At once: no lease is left to expire.
      expect(await text(await view(1))).to.equal('segment 1');
    });
  }

  for (const fails of ['create', 'write', 'publish', 'writeRecord', 'find']) {
    it(`ends if the store fails at ${fails}`, async () => {
      store.before = async (call) => {
        if (call.startsWith(fails)) throw new Error(`The store is broken: ${call}`);
      };
      const { ahead, stopped } = await start();
      expect([ahead, cached()]).to.deep.equal([[], []]);
      expect(stopped).to.match(/could not be cached|does not answer/);
      expect(runs.length).to.be.at.most(1);
    });
  }

  it('ends with the deadline, and leaves nothing', async () => {
    const never = async () => {
      const body = new Readable({ read() {} });
      body.push('half');
      controller.signal.addEventListener('abort', () => body.destroy(new Error('The time is up.')));
      return body;
    };
    const work = start({ open: never });
    while (!store.calls.includes(`write ${nameOf(1)}`)) await delay(1);
    controller.abort();
    expect((await work).ahead).to.deep.equal([]);
    expect(cached()).to.deep.equal([]);
    expect(store.calls).to.include(`discard ${nameOf(1)}`);
  });
});
