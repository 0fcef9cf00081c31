import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { sourceUnavailable } from '../../functions/stream/base/problem.ts';
import type { Extent } from '../../functions/stream/source/bytes.ts';
import { readExtents } from '../../functions/stream/source/extents.ts';
import { peek } from '../../functions/stream/source/peek.ts';
import { problemOf } from '../support/problem.ts';
import { fakeSource, pattern } from '../support/sources.ts';

const content = pattern(40);
const { signal } = new AbortController();
const merged = (text: string): Extent => ({ kind: 'bytes', bytes: Buffer.from(text) });
const from = (start: number, end: number): Extent => ({ kind: 'source', start, end });

/** As a faststart file is made up: head, new index, media, with an empty piece and two that continue each other. */
const extents = [
  from(0, 4),
  merged('INDEX'),
  from(10, 20),
  from(20, 25),
  merged(''),
  from(7, 7),
  merged('TAIL'),
  from(3, 6),
];
const expected = Buffer.concat(
  extents.map((extent) =>
    extent.kind === 'bytes' ? extent.bytes : content.subarray(extent.start, extent.end),
  ),
);

describe('readPieces', () => {
  it('gives every range of the made-up file exactly', async () => {
    for (let start = 0; start <= expected.length; start++) {
      for (let end = start; end <= expected.length; end++) {
        const source = fakeSource(content, { chunkBytes: 3 });
        const stream = await readExtents(source, source.object, extents, { start, end }, signal);
        const read = await buffer(stream);
        expect(read.toString('hex'), `${start}-${end}`).to.equal(expected.toString('hex', start, end));
        expect(source.reads.every(({ body }) => body.readableEnded)).to.equal(true);
      }
    }
  });

  it('asks only for the bytes of the range, and once for pieces that continue each other', async () => {
    const source = fakeSource(content);
    await buffer(await readExtents(source, source.object, extents, { start: 2, end: 22 }, signal));
    expect(source.reads.map(({ range }) => range)).to.deep.equal([
      { start: 2, end: 4 },
      { start: 10, end: 23 },
    ]);
  });

  it('reads over small gaps, and leaves out what lies in them', async () => {
    const scattered = [merged('HEAD'), from(2, 5), from(8, 10), from(10, 12), from(30, 33), from(28, 29)];
    const wanted = Buffer.concat([
      Buffer.from('HEAD'),
      ...[
        content.subarray(2, 5),
        content.subarray(8, 12),
        content.subarray(30, 33),
        content.subarray(28, 29),
      ],
    ]);
    for (let start = 0; start <= wanted.length; start++) {
      const source = fakeSource(content, { chunkBytes: 2 });
      const range = { start, end: wanted.length };
      const options = { maxGapBytes: 3 };
      const read = await buffer(await readExtents(source, source.object, scattered, range, signal, options));
      expect(read.toString('hex'), `from ${start}`).to.equal(wanted.toString('hex', start));
      if (start === 0)
        expect(source.reads.map(({ range }) => range)).to.deep.equal([
          { start: 2, end: 12 },
          { start: 30, end: 33 },
          { start: 28, end: 29 },
        ]);
    }
  });

  it('opens as many reads ahead as it is told to, and closes them when its reader leaves', async () => {
    const scattered = [from(0, 2), from(10, 12), from(20, 22), from(30, 32), from(38, 40)];
    const source = fakeSource(content);
    const whole = { start: 0, end: 10 };
    const stream = await readExtents(source, source.object, scattered, whole, signal, { readsAhead: 2 });
    expect(source.reads.map(({ range }) => range.start)).to.deep.equal([0]);
    expect(await peek(stream, 2, () => false)).to.have.length(2);
    expect(source.reads.map(({ range }) => range.start)).to.deep.equal([0, 10, 20]);
    const all = Buffer.concat([0, 10, 20, 30, 38].map((at) => content.subarray(at, at + 2)));
    expect((await buffer(stream)).equals(all)).to.equal(true);
    const left = fakeSource(content);
    const leaving = await readExtents(left, left.object, scattered, whole, signal, { readsAhead: 2 });
    await peek(leaving, 2, () => false);
    leaving.destroy();
    await new Promise((resolve) => leaving.once('close', resolve));
    expect(left.reads.map(({ body }) => body.destroyed)).to.deep.equal([true, true, true]);
  });

  it('asks for nothing where made bytes are enough', async () => {
    const source = fakeSource(content);
    const read = await buffer(
      await readExtents(source, source.object, extents, { start: 5, end: 8 }, signal),
    );
    expect(read.toString()).to.equal('NDE');
    expect(source.reads).to.deep.equal([]);
  });

  it('rejects before it gives made bytes, where the source bytes behind them cannot be had', async () => {
    const source = fakeSource(content);
    source.script.push(() => {
      throw sourceUnavailable();
    });
    const problem = await problemOf(
      readExtents(source, source.object, [merged('x'), from(0, 4)], { start: 0, end: 5 }, signal),
    );
    expect(problem.type).to.equal('source-unavailable');
  });

  it('errors where a later piece cannot be had', async () => {
    const source = fakeSource(content);
    const stream = await readExtents(
      source,
      source.object,
      extents,
      { start: 0, end: expected.length },
      signal,
    );
    source.script.push(() => {
      throw sourceUnavailable();
    });
    expect((await problemOf(buffer(stream))).type).to.equal('source-unavailable');
  });

  it('ends the read that waits for its turn when its reader goes away', async () => {
    const source = fakeSource(content);
    const stream = await readExtents(
      source,
      source.object,
      [merged('x'), from(0, 4)],
      { start: 0, end: 5 },
      signal,
    );
    stream.destroy();
    await new Promise((resolve) => stream.once('close', resolve));
    expect(source.reads.map(({ body }) => body.destroyed)).to.deep.equal([true]);
  });

  it('stops with the signal', async () => {
    const source = fakeSource(content);
    const controller = new AbortController();
    const stream = await readExtents(
      source,
      source.object,
      extents,
      { start: 0, end: 30 },
      controller.signal,
    );
    const reason = new Error('gone');
    controller.abort(reason);
    expect(await buffer(stream).catch((error: unknown) => error)).to.equal(reason);
    expect(source.reads.map(({ body }) => body.destroyed)).to.deep.equal([true]);
  });

  for (const range of [
    { start: 0, end: expected.length + 1 },
    { start: -1, end: 2 },
    { start: 3, end: 2 },
  ]) {
    it(`refuses [${range.start}, ${range.end})`, async () => {
      const source = fakeSource(content);
      const outcome = await readExtents(source, source.object, extents, range, signal).catch(
        (error: unknown) => error,
      );
      expect(outcome).to.be.instanceOf(RangeError);
      expect(source.reads).to.deep.equal([]);
    });
  }
});
