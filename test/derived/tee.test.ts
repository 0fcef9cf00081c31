import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { frontedDraft } from '../../functions/stream/derived/fronted-draft.ts';
import type { Draft } from '../../functions/stream/derived/store.ts';
import { type Sink, tee } from '../../functions/stream/derived/tee.ts';
import { rejection } from '../../testing/rejection.ts';
import { pattern } from '../../testing/sources.ts';
import { fakeStore } from '../../testing/stores.ts';

const NAME = 'made/1.mp4';
const MIB = 1024 * 1024;
const options = { signal: new AbortController().signal };

const asSent = (draft: Draft): Sink => ({ kind: 'as-sent', draft });

describe('tee', () => {
  const bytes = pattern(3 * MIB);
  const chunks = [bytes.subarray(0, MIB), bytes.subarray(MIB, 2 * MIB), bytes.subarray(2 * MIB)];

  it('publishes a stream that ended cleanly, byte for byte', async () => {
    const store = fakeStore();
    const { body, outcome } = tee(Readable.from(chunks), asSent(await store.create(NAME, options)), {
      maxBytes: 3 * MIB,
    });
    expect((await buffer(body)).equals(bytes)).to.equal(true);
    expect(await outcome).to.deep.include({ kind: 'published' });
    expect(store.objects.get(NAME)?.equals(bytes)).to.equal(true);
  });

  it('lets the viewer read to the end while the store is stuck', async () => {
    const store = fakeStore();
    const draft = await store.create(NAME, options);
    let goOn = () => {};
    store.before = () => new Promise((resolve) => (goOn = resolve));
    const { body, outcome } = tee(Readable.from(chunks), asSent(draft), { maxBytes: 3 * MIB });
    expect((await buffer(body)).equals(bytes)).to.equal(true);
    store.before = async () => {};
    goOn();
    expect((await outcome).kind).to.equal('published');
    expect(store.objects.get(NAME)?.equals(bytes)).to.equal(true);
  });

  type Story = readonly [
    what: string,
    limits: { maxBytes: number; maxBehindBytes?: number; maxHeldUpMilliseconds?: number },
    fails: string,
    why: RegExp,
  ];
  const GIVEN_UP: readonly Story[] = [
    ['is longer than allowed', { maxBytes: 3 * MIB - 1 }, '', /longer than 3145727 bytes/],
    [
      'leaves the store behind',
      { maxBytes: 4 * MIB, maxBehindBytes: 2 * MIB, maxHeldUpMilliseconds: 20 },
      'slow',
      /too slow/,
    ],
    ['cannot be written', { maxBytes: 4 * MIB }, 'write', /broken: write/],
    ['cannot be published', { maxBytes: 4 * MIB }, 'publish', /broken: publish/],
  ];
  for (const [what, limits, fails, why] of GIVEN_UP) {
    it(`discards a stream that ${what}, and the viewer has all of it`, async () => {
      const store = fakeStore();
      const draft = await store.create(NAME, options);
      let goOn = () => {};
      const stands = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      store.before = async (call) => {
        if (fails === 'slow' && call.startsWith('write')) await stands;
        if (fails !== '' && call.startsWith(fails)) throw new Error(`broken: ${call}`);
      };
      const { body, outcome } = tee(Readable.from(chunks), asSent(draft), limits);
      expect((await buffer(body)).equals(bytes)).to.equal(true);
      goOn();
      const how = await outcome;
      expect(how.kind === 'discarded' ? String(how.reason) : how.kind).to.match(why);
      expect(store.objects.size).to.equal(0);
      expect(store.calls).to.include(`discard ${NAME}`);
    });
  }

  it('holds up a viewer who is far ahead of a store that goes on', async () => {
    const store = fakeStore();
    const draft = await store.create(NAME, options);
    store.before = () => delay(5);
    const { body, outcome } = tee(Readable.from(chunks), asSent(draft), {
      ...{ maxBytes: 3 * MIB, maxBehindBytes: MIB, maxHeldUpMilliseconds: 60_000 },
    });
    expect((await buffer(body)).equals(bytes)).to.equal(true);
    expect((await outcome).kind).to.equal('published');
    expect(store.objects.get(NAME)?.equals(bytes)).to.equal(true);
  });

  it('discards a stream that breaks, and the viewer sees it break', async () => {
    const store = fakeStore();
    const live = new PassThrough();
    const { body, outcome } = tee(live, asSent(await store.create(NAME, options)), { maxBytes: 3 * MIB });
    const failure = rejection(buffer(body));
    live.write(chunks[0]);
    live.destroy(new Error('ffmpeg died'));
    expect(String(await failure)).to.match(/ffmpeg died/);
    expect((await outcome).kind).to.equal('discarded');
    expect(store.calls.slice(-1)).to.deep.equal([`discard ${NAME}`]);
  });

  it('discards a stream that is not read to its end, and ends the live stream', async () => {
    const store = fakeStore();
    const live = new PassThrough();
    const { body, outcome } = tee(live, asSent(await store.create(NAME, options)), { maxBytes: 3 * MIB });
    live.write(chunks[0]);
    body.destroy();
    expect((await outcome).kind).to.equal('discarded');
    expect(live.destroyed).to.equal(true);
  });

  const begun: string[] = [];
  const fronted = (store: ReturnType<typeof fakeStore>): Sink => ({
    kind: 'formed',
    draft: frontedDraft(store, NAME, { ...options, onStart: (_, name) => void begun.push(name) }),
    form: async (live) => ({ body: live, head: () => Buffer.from('head') }),
  });
  for (const [what, size] of [
    ['short', MIB],
    ['long', 9 * MIB],
  ] as const) {
    it(`publishes a ${what} stream in another form, and leaves nothing else`, async () => {
      const store = fakeStore();
      const bytes = pattern(size);
      const { body, outcome } = tee(Readable.from([bytes]), fronted(store), { maxBytes: 10 * MIB });
      expect((await buffer(body)).equals(bytes)).to.equal(true);
      expect((await outcome).kind).to.equal('published');
      expect([...store.objects.keys()]).to.deep.equal([NAME]);
      const whole = store.objects.get(NAME) ?? Buffer.alloc(0);
      expect(whole.equals(Buffer.concat([Buffer.from('head'), bytes]))).to.equal(true);
      expect(begun.pop()).to.match(what === 'short' ? /^made\/1\.mp4$/ : /^parts\/1\.mp4-/);
    });
  }

  it('leaves nothing of a stream that breaks or cannot be joined', async () => {
    for (const fails of ['', 'compose']) {
      const store = fakeStore();
      store.before = async (call) => {
        if (fails !== '' && call.startsWith(fails)) throw new Error(`broken: ${call}`);
      };
      const live = Readable.from(
        (async function* () {
          yield pattern(9 * MIB);
          if (fails === '') throw new Error('broken');
        })(),
        { objectMode: false },
      );
      const { body, outcome } = tee(live, fronted(store), { maxBytes: 10 * MIB });
      await buffer(body).catch(() => {});
      expect((await outcome).kind).to.equal('discarded');
      expect([...store.objects.keys()]).to.deep.equal([]);
    }
  });
});
