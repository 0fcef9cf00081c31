import { setMaxListeners } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { Problem, sourceUnavailable } from '../../functions/stream/base/problem.ts';
import { cachedAccess, createBlockCache } from '../../functions/stream/source/cache.ts';
import { problemOf } from '../../testing/problem.ts';
import { type FakeSource, fakeSource, pattern } from '../../testing/sources.ts';

const BLOCK = 1000;
const SIZE = 10_500;
const content = pattern(SIZE);
const { signal } = new AbortController();
setMaxListeners(0, signal);

describe('createBlockCache', () => {
  const block = (length: number) => new Uint8Array(length);

  it('keeps the most recently used blocks within its bytes', () => {
    const cache = createBlockCache(30);
    for (const key of ['a', 'b', 'c']) cache.put(key, block(10));
    cache.get('a');
    cache.put('d', block(10));
    expect(['a', 'b', 'c', 'd'].filter(cache.has)).to.deep.equal(['a', 'c', 'd']);
    expect(cache.usedBytes).to.equal(30);
  });

  it('counts a block once that is put twice', () => {
    const cache = createBlockCache(30);
    cache.put('a', block(10));
    cache.put('a', block(8));
    expect(cache.usedBytes).to.equal(8);
  });

  it('does not empty itself for a block that can never fit', () => {
    const cache = createBlockCache(30);
    cache.put('a', block(10));
    cache.put('b', block(31));
    expect(cache.has('a')).to.equal(true);
    expect(cache.has('b')).to.equal(false);
  });
});

describe('cachedAccess', () => {
  let source: FakeSource;
  let cache: ReturnType<typeof createBlockCache>;
  beforeEach(() => {
    source = fakeSource(content, { chunkBytes: 300 });
    cache = createBlockCache(100 * BLOCK, { blockBytes: BLOCK });
  });
  const access = (until = signal) => cachedAccess(source, source.object, until, { cache });
  const asked = () => source.reads.map(({ range }) => [range.start, range.end]);
  const same = (read: Uint8Array, start: number, end: number) =>
    expect(content.subarray(start, end).equals(read), `${start}-${end}`).to.equal(true);

  it('reads any range exactly, whatever the cache holds', async () => {
    const small = createBlockCache(4 * BLOCK, { blockBytes: BLOCK });
    const reader = cachedAccess(source, source.object, signal, { cache: small });
    const places = pattern(400, 5);
    for (let i = 0; i < 400; i += 4) {
      const start = (places.readUInt16BE(i) * 3) % SIZE;
      const end = start + (places.readUInt16BE(i + 2) % 4_000);
      same(await reader.read(start, end), start, Math.min(end, SIZE));
      expect(small.usedBytes).to.be.at.most(4 * BLOCK);
    }
  });

  const ends: readonly [string, number, number, number][] = [
    ['cuts at the end of the object', SIZE - 5, SIZE + 100, 5],
    ['gives nothing at the end', SIZE, SIZE + 1, 0],
    ['gives nothing far behind the end', SIZE * 9, SIZE * 9 + 1, 0],
    ['gives nothing for an empty range', 5, 5, 0],
    ['gives nothing for a range turned round', 5, 2, 0],
    ['gives nothing before the start', -5, 2, 0],
    ['gives nothing for what is no number', Number.NaN, 2, 0],
    ['takes no end for the end of the object', 1, Number.MAX_SAFE_INTEGER, SIZE - 1],
  ];
  for (const [what, start, end, length] of ends) {
    it(what, async () => expect(await access().read(start, end)).to.have.length(length));
  }

  it('reads a cached block once', async () => {
    const reader = access();
    await reader.read(0, 10);
    await reader.read(500, 900);
    await access().read(20, 1000);
    expect(asked()).to.deep.equal([[0, BLOCK]]);
  });

  it('asks once for blocks that lie together, and only for those that it lacks', async () => {
    const reader = access();
    await reader.read(4_100, 4_200);
    same(await reader.read(1_500, 8_000), 1_500, 8_000);
    expect(asked()).to.deep.equal([
      [4_000, 5_000],
      [1_000, 4_000],
      [5_000, 8_000],
    ]);
  });

  it('reads two blocks ahead of who reads in order, and no more', async () => {
    const reader = access();
    await reader.read(0, 10);
    await reader.read(900, 1_000);
    expect(asked()).to.deep.equal([[0, 1_000]]);
    await reader.read(1_000, 1_010);
    expect(asked().slice(1)).to.deep.equal([[1_000, 4_000]]);
    await reader.read(2_000, 2_010);
    expect(asked().slice(2)).to.deep.equal([[4_000, 5_000]]);
    await reader.read(9_999, 10_001);
    expect(asked().slice(3)).to.deep.equal([[9_000, SIZE]]);
  });

  it('does not read ahead of who jumps', async () => {
    const reader = access();
    for (const start of [0, 5_000, 2_000, 9_000, 4_000]) await reader.read(start, start + 10);
    expect(source.bytesRead()).to.equal(5 * BLOCK);
  });

  it('shares one read among all who want it at the same time', async () => {
    const reads = await Promise.all(Array.from({ length: 20 }, () => access().read(1_200, 3_400)));
    for (const read of reads) same(read, 1_200, 3_400);
    expect(asked()).to.deep.equal([[1_000, 4_000]]);
  });

  it('hands out each block when it is there, not when the whole read is', async () => {
    const body = new PassThrough();
    source.script.push(() => body);
    const reader = access();
    const both = reader.read(0, 2_000);
    const first = access().read(0, 10);
    body.write(content.subarray(0, 1_100));
    same(await first, 0, 10);
    body.end(content.subarray(1_100, 2_000));
    same(await both, 0, 2_000);
  });

  it('goes on for the others when one of those who share a read is aborted', async () => {
    const body = new PassThrough();
    source.script.push(() => body);
    const leaving = new AbortController();
    const left = access(leaving.signal)
      .read(0, 10)
      .catch((error: unknown) => error);
    const staying = access().read(0, 10);
    const reason = new Error('gone');
    leaving.abort(reason);
    expect(await left).to.equal(reason);
    expect(source.reads[0]?.signal.aborted).to.equal(false);
    body.end(content.subarray(0, BLOCK));
    same(await staying, 0, 10);
  });

  it('stops the read when the last of them is gone, and the next one reads again', async () => {
    source.script.push(() => new PassThrough());
    const leaving = new AbortController();
    const reads = [1, 2].map(() =>
      access(leaving.signal)
        .read(0, 10)
        .catch(() => 'gone'),
    );
    await turn();
    leaving.abort(new Error('gone'));
    expect(await Promise.all(reads)).to.deep.equal(['gone', 'gone']);
    expect(source.reads[0]?.signal.aborted).to.equal(true);
    expect(cache.pending.size).to.equal(0);
    same(await access().read(0, 10), 0, 10);
    expect(cache.pending.size).to.equal(0);
  });

  it('stops reading ahead when the request ends', async () => {
    const ending = new AbortController();
    const reader = access(ending.signal);
    await reader.read(0, 10);
    const body = new PassThrough();
    source.script.push(() => body);
    const second = reader.read(1_000, 1_010);
    body.write(content.subarray(1_000, 2_500));
    same(await second, 1_000, 1_010);
    expect(source.reads[1]?.signal.aborted).to.equal(false);
    ending.abort(new Error('The answer is complete.'));
    expect(source.reads[1]?.signal.aborted).to.equal(true);
    expect(cache.pending.size).to.equal(0);
  });

  const failing: readonly [string, FakeSource['script'][number]][] = [
    [
      'a read that is refused',
      () => {
        throw sourceUnavailable();
      },
    ],
    ['a body that breaks', () => Readable.from(brokenBody())],
    ['a body that ends short', () => Readable.from([content.subarray(0, 500)])],
    ['a body that is too long', () => Readable.from([content.subarray(0, 1_500)])],
  ];
  for (const [what, step] of failing) {
    it(`keeps nothing of ${what}: the next one reads again`, async () => {
      source.script.push(step);
      const outcomes = await Promise.all([1, 2].map(() => problemOf(access().read(0, 10))));
      expect(outcomes.map(({ type }) => type)).to.deep.equal(['source-unavailable', 'source-unavailable']);
      same(await access().read(0, BLOCK), 0, BLOCK);
    });
  }

  it('keeps the versions of an object apart', async () => {
    await access().read(0, 10);
    const other = fakeSource(pattern(SIZE, 9));
    const changed = { ...other.object, etag: '"2"' };
    const newer: FakeSource = { ...other, read: (_, range, until) => other.read(other.object, range, until) };
    const read = await cachedAccess(newer, changed, signal, { cache }).read(0, 10);
    expect(pattern(SIZE, 9).subarray(0, 10).equals(read)).to.equal(true);
  });

  it('reads a range larger than half of the cache at once, around it', async () => {
    const small = createBlockCache(4 * BLOCK, { blockBytes: BLOCK });
    const reader = cachedAccess(source, source.object, signal, { cache: small });
    same(await reader.read(100, 9_000), 100, 9_000);
    expect(asked()).to.deep.equal([[100, 9_000]]);
    expect(small.usedBytes).to.equal(0);
  });

  it('refuses a read that no memory could hold, without asking the source', async () => {
    const huge = { ...source.object, sizeBytes: 2 ** 40 };
    const outcome = await cachedAccess(source, huge, signal, { cache })
      .read(0, 2 ** 39)
      .catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(Problem).with.property('type', 'unsupported-media');
    expect(source.reads).to.deep.equal([]);
  });

  it('reads nothing for who is aborted already', async () => {
    const reason = new Error('gone');
    const outcome = await access(AbortSignal.abort(reason))
      .read(0, 10)
      .catch((error: unknown) => error);
    expect(outcome).to.equal(reason);
    expect(source.reads).to.deep.equal([]);
  });

  describe('stream', () => {
    for (const [start, end] of [
      [0, SIZE],
      [0, 0],
      [SIZE, SIZE],
      [999, 1_001],
      [2_000, 3_000],
      [10_499, SIZE],
    ] as const) {
      it(`gives [${start}, ${end}) exactly`, async () => {
        same(await buffer(access().stream({ start, end })), start, end);
        expect(source.reads.every(({ range }) => range.end <= Math.ceil(end / BLOCK) * BLOCK)).to.equal(true);
      });
    }

    it('asks the source for each block once', async () => {
      await buffer(access().stream({ start: 5, end: SIZE }));
      expect(source.bytesRead()).to.equal(SIZE);
    });

    it('throws RangeError outside the object', () => {
      expect(() => access().stream({ start: 0, end: SIZE + 1 })).to.throw(RangeError);
    });

    it('reads on only as its reader does', async () => {
      const stream = access().stream({ start: 0, end: SIZE });
      stream.once('readable', () => {});
      for (let i = 0; i < 50; i++) await turn();
      // Slices are as large as its buffer here: one block is read, and none ahead.
      const before = source.bytesRead();
      for (let i = 0; i < 50; i++) await turn();
      expect(source.bytesRead()).to.equal(before);
      stream.destroy();
    });

    it('stops the read at once when its reader goes away', async () => {
      source.script.push(() => new PassThrough());
      const stream = access().stream({ start: 0, end: SIZE });
      stream.resume();
      await turn();
      stream.destroy();
      await turn();
      expect(source.reads[0]?.signal.aborted).to.equal(true);
      expect(cache.pending.size).to.equal(0);
    });

    it("errors with the source's failure", async () => {
      const stream = access().stream({ start: 0, end: SIZE });
      source.script.push(() => {
        throw sourceUnavailable();
      });
      expect((await problemOf(buffer(stream))).type).to.equal('source-unavailable');
    });

    it('errors with the reason of the signal', async () => {
      const controller = new AbortController();
      const stream = access(controller.signal).stream({ start: 0, end: SIZE });
      const outcome = buffer(stream).catch((error: unknown) => error);
      const reason = new Error('gone');
      controller.abort(reason);
      expect(await outcome).to.equal(reason);
    });
  });
});

async function* brokenBody() {
  yield content.subarray(0, 500);
  throw sourceUnavailable();
}
