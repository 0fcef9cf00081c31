import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import {
  damaged,
  forbidden,
  notFound,
  type Problem,
  sourceChanged,
  sourceUnavailable,
} from '../../functions/stream/base/problem.ts';
import { withOwnProblems } from '../../functions/stream/derived/own-problems.ts';
import type { DerivedStore } from '../../functions/stream/derived/store.ts';
import { problemOf } from '../../testing/problem.ts';
import { rejection } from '../../testing/rejection.ts';
import { fakeStore } from '../../testing/stores.ts';

const NAME = 'made/0f1e.mp4';
const OBJECT = { key: NAME, etag: '"1"', sizeBytes: 4, lastModified: new Date(0) };
const WHOLE = { start: 0, end: 4 };

describe('the problems of a derived store', () => {
  const { signal } = new AbortController();

  const TOLD: [Problem, string, number, string][] = [
    [notFound(NAME), 'not-found', 404, 'The output has expired; request it again.'],
    [
      sourceChanged(NAME),
      'source-changed',
      503,
      'The output was replaced while it was being read; try again.',
    ],
    ...[forbidden(NAME), sourceUnavailable()].map((problem): [Problem, string, number, string] => [
      problem,
      'source-unavailable',
      503,
      'The output cannot be stored or read at the moment; try again shortly.',
    ]),
  ];
  const ASKED: [string, (store: DerivedStore) => Promise<unknown>][] = [
    ['find', (store) => store.find(NAME, signal)],
    ['read', (store) => store.read(OBJECT, WHOLE, signal)],
    ['read, in the middle', async (store) => buffer(await store.read(OBJECT, WHOLE, signal))],
    ['create', (store) => store.create(NAME, { signal })],
    ['write', async (store) => (await store.create(NAME, { signal })).write(Buffer.of(1))],
    ['publish', async (store) => (await store.create(NAME, { signal })).publish()],
    ['compose', (store) => store.compose(NAME, [], signal)],
    ['remove', (store) => store.remove(NAME, signal)],
    ['abandon', (store) => store.abandon(NAME, 'id', signal)],
    ['readRecord', (store) => store.readRecord(NAME, signal)],
    ['writeRecord', (store) => store.writeRecord(NAME, 'text', null, signal)],
  ];
  for (const [problem, type, status, message] of TOLD) {
    for (const [what, ask] of ASKED) {
      it(`are ${problem.type} for ${what}, with the cause`, async () => {
        const told = await problemOf(ask(withOwnProblems(failing(what, problem))));
        expect(told).to.include({ type, status, message, cause: problem });
        expect(told.headers).to.deep.equal(
          { 'not-found': {}, 'source-changed': { 'retry-after': '1' } }[type] ?? { 'retry-after': '5' },
        );
      });
    }
  }

  it('leave other errors unchanged', async () => {
    for (const error of [damaged('This file is damaged.'), new Error('anything')]) {
      expect(await rejection(withOwnProblems(failing('find', error)).find(NAME, signal))).to.equal(error);
    }
  });

  it('leave the reason of a signal unchanged', async () => {
    const reason = sourceUnavailable();
    const store = withOwnProblems(failing('find', notFound(NAME)));
    expect(await rejection(store.find(NAME, AbortSignal.abort(reason)))).to.equal(reason);
  });

  it('leave what succeeds unchanged', async () => {
    const inner = fakeStore();
    const store = withOwnProblems(inner);
    const draft = await store.create(NAME, { signal });
    await draft.write(Buffer.from('disk'));
    const object = await draft.publish();
    expect(await store.find(NAME, signal)).to.deep.equal(object);
    expect(String(await buffer(await store.read(object, { start: 1, end: 3 }, signal)))).to.equal('is');
  });
});

/** Returns a store of which one operation fails. */
function failing(what: string, error: Error): DerivedStore {
  const fail = () => Promise.reject(error);
  const store = fakeStore();
  const drafted: DerivedStore['create'] = async (name, options) => {
    const draft = await store.create(name, options);
    return { ...draft, [what]: fail };
  };
  const broken: DerivedStore['read'] = async () =>
    Readable.from(
      (async function* () {
        yield Buffer.of(1, 2);
        throw error;
      })(),
      { objectMode: false },
    );
  switch (what) {
    case 'read, in the middle':
      return { ...store, read: broken };
    case 'write':
    case 'publish':
      return { ...store, create: drafted };
    default:
      return { ...store, [what]: fail };
  }
}
