import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { forbidden, sourceChanged, sourceUnavailable } from '../../functions/stream/base/problem.ts';
import { resuming } from '../../functions/stream/source/resume.ts';
import { problemOf } from '../../testing/problem.ts';
import { type FakeSource, fakeSource, pattern } from '../../testing/sources.ts';

const SIZE = 100_000;
const bytes = pattern(SIZE);
const whole = { start: 0, end: SIZE };
const { signal } = new AbortController();
const options = { stallMilliseconds: 50, attempts: 3 };

type Step = FakeSource['script'][number];

/** A body of `count` of the requested bytes, and then an error, an early end, or silence. */
function broken(count: number, end: 'error' | 'short' | 'silence'): Step {
  return ({ start }) => {
    const body = new Readable({ read() {} });
    if (count > 0) body.push(bytes.subarray(start, start + count));
    if (end === 'error') setImmediate(() => body.destroy(new Error('ECONNRESET')));
    if (end === 'short') body.push(null);
    return body;
  };
}

const refused: Step = () => {
  throw sourceUnavailable();
};

describe('resuming', () => {
  let source: FakeSource;
  beforeEach(() => {
    source = fakeSource(bytes, { chunkBytes: 10_000 });
  });
  const read = (range = whole) => resuming(source, options).read(source.object, range, signal);
  const starts = () => source.reads.map(({ range }) => range.start);

  const stories: readonly [string, readonly Step[], readonly number[]][] = [
    ['nothing breaks', [], [0]],
    ['an error', [broken(300, 'error')], [0, 300]],
    ['an early end', [broken(300, 'short')], [0, 300]],
    ['silence', [broken(300, 'silence')], [0, 300]],
    ['an error before the first byte', [broken(0, 'error')], [0, 0]],
    ['an early end before the first byte', [broken(0, 'short')], [0, 0]],
    ['refusals on the way back', [broken(5, 'error'), refused, refused], [0, 5]],
    [
      'three breaks without progress',
      [broken(0, 'error'), broken(0, 'short'), broken(0, 'silence')],
      [0, 0, 0, 0],
    ],
    [
      'more breaks than attempts, with progress',
      [1, 2, 3, 4, 5, 6].map((count) => broken(count, 'error')),
      [0, 1, 3, 6, 10, 15, 21],
    ],
    [
      'more breaks than that, with enough of progress',
      Array.from({ length: 9 }, (_, i) => broken(i === 0 ? 65_536 : 1, 'error')),
      [0, ...Array.from({ length: 9 }, (_, i) => 65_536 + i)],
    ],
    ['an error after the last byte', [broken(SIZE, 'error')], [0]],
    ['silence after the last byte', [broken(SIZE, 'silence')], [0]],
  ];
  for (const [what, steps, expected] of stories) {
    it(`reads every byte once: ${what}`, async () => {
      source.script.push(...steps);
      expect((await buffer(await read())).equals(bytes)).to.equal(true);
      expect(starts()).to.deep.equal(expected);
      expect(source.reads.every(({ range }) => range.end === SIZE)).to.equal(true);
    });
  }

  it('reads an empty range', async () => {
    expect(await buffer(await read({ start: 7, end: 7 }))).to.have.length(0);
  });

  const failures: readonly [string, readonly Step[], string][] = [
    [
      'four breaks without progress',
      Array.from({ length: 4 }, () => broken(0, 'error')),
      'source-unavailable',
    ],
    [
      'a break after each byte',
      Array.from({ length: 1_000 }, () => broken(1, 'error')),
      'source-unavailable',
    ],
    ['four early ends', Array.from({ length: 4 }, () => broken(0, 'short')), 'source-unavailable'],
    ['refusals', [broken(5, 'error'), refused, refused, refused], 'source-unavailable'],
    [
      'another version',
      [
        broken(5, 'error'),
        () => {
          throw sourceChanged('film.mp4');
        },
      ],
      'source-changed',
    ],
    [
      'a denial',
      [
        broken(5, 'error'),
        () => {
          throw forbidden('film.mp4');
        },
      ],
      'forbidden',
    ],
    [
      'more bytes than were asked for',
      [() => Readable.from([bytes, Buffer.from('x')])],
      'source-unavailable',
    ],
    [
      'another version at the very end',
      [
        () => {
          const body = Readable.from([bytes]);
          body.once('end', () => {});
          return body.compose(async function* (chunks: AsyncIterable<Buffer>) {
            yield* chunks;
            throw sourceChanged('film.mp4');
          }) as Readable;
        },
      ],
      'source-changed',
    ],
  ];
  for (const [what, steps, type] of failures) {
    it(`errors and does not end: ${what}`, async () => {
      source.script.push(...steps);
      const problem = await problemOf(buffer(await read()));
      expect(problem.type).to.equal(type);
    });
  }

  it('rejects, without another attempt, if nothing can be opened', async () => {
    source.script.push(refused);
    expect((await problemOf(read())).type).to.equal('source-unavailable');
    expect(source.script).to.have.length(0);
    expect(source.reads).to.have.length(0);
  });

  it('resumes a body that came with a stat', async () => {
    const opening = broken(300, 'error')({ start: 0, end: 1_000 }, signal);
    const statAndRead = async () => ({ object: source.object, body: await opening });
    const opened = await resuming({ ...source, statAndRead }, options).statAndRead?.(
      'film.mp4',
      1_000,
      signal,
    );
    expect(opened && (await buffer(opened.body)).equals(bytes.subarray(0, 1_000))).to.equal(true);
    expect(source.reads.map(({ range }) => range)).to.deep.equal([{ start: 300, end: 1_000 }]);
  });

  it('does not take a reader who rests for a source that stalls', async () => {
    const stream = await read();
    stream.once('readable', () => {});
    await delay(4 * options.stallMilliseconds);
    expect((await buffer(stream)).equals(bytes)).to.equal(true);
    expect(starts()).to.deep.equal([0]);
  });

  it('comes back only when its reader wants more', async () => {
    source = fakeSource(pattern(2_000_000), { chunkBytes: 100_000 });
    const big = source;
    const content = pattern(2_000_000);
    const stream = await resuming(big, options).read(big.object, { start: 0, end: 2_000_000 }, signal);
    stream.once('readable', () => {});
    // Full, so that it asks for no more.
    while (stream.readableLength < stream.readableHighWaterMark) await delay(5);
    // The store drops an idle connection.
    big.reads[0]?.body.destroy(new Error('idle'));
    await delay(4 * options.stallMilliseconds);
    expect(big.reads).to.have.length(1);
    expect((await buffer(stream)).equals(content)).to.equal(true);
    expect(big.reads).to.have.length(2);
  });

  it('holds no more than its buffer for a reader who rests', async () => {
    const content = pattern(4_000_000);
    const big = fakeSource(content);
    const stream = await resuming(big, options).read(big.object, { start: 0, end: content.length }, signal);
    stream.once('readable', () => {});
    await delay(50);
    expect(big.bytesRead()).to.be.below(600_000);
    stream.destroy();
  });

  for (const [what, step] of [
    ['a stalled body', broken(5, 'silence')],
    ['the pause before it comes back', broken(5, 'error')],
  ] as const) {
    it(`stops at once in ${what}, with the signal's reason`, async () => {
      const guarded = { stallMilliseconds: 1_000_000, attempts: 1_000 };
      source.script.push(step, ...Array.from({ length: 100 }, () => refused));
      const controller = new AbortController();
      const stream = await resuming(source, guarded).read(source.object, whole, controller.signal);
      const outcome = buffer(stream).catch((error: unknown) => error);
      await delay(20);
      const reason = new Error('gone');
      controller.abort(reason);
      expect(await outcome).to.equal(reason);
      expect(source.reads[0]?.body.destroyed).to.equal(true);
      expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length).to.be.below(3);
    });
  }

  it('destroys its source when its reader goes away', async () => {
    const stream = await read();
    stream.once('readable', () => {});
    await delay(5);
    stream.destroy();
    expect(source.reads[0]?.body.destroyed).to.equal(true);
  });
});
