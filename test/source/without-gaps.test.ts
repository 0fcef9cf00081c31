import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { withoutGaps } from '../../functions/stream/source/without-gaps.ts';
import { pattern } from '../../testing/sources.ts';

const content = pattern(60);
const RANGES: readonly (readonly (readonly [number, number])[])[] = [
  [[0, 60]],
  [
    [0, 10],
    [20, 60],
  ],
  [
    [5, 6],
    [7, 8],
    [40, 41],
  ],
  [
    [3, 20],
    [20, 25],
    [59, 60],
  ],
  [
    [3, 3],
    [10, 12],
  ],
];

describe('withoutGaps', () => {
  for (const [i, pairs] of RANGES.entries()) {
    it(`passes on only the bytes of the ranges, whatever the chunks (${i})`, async () => {
      const ranges = pairs.map(([start, end]) => ({ start, end }));
      const [begin, end] = [ranges[0]?.start ?? 0, ranges.at(-1)?.end ?? 0];
      const wanted = Buffer.concat(ranges.map((range) => content.subarray(range.start, range.end)));
      for (const size of [1, 2, 7, 60]) {
        const chunks: Buffer[] = [];
        for (let at = begin; at < end; at += size)
          chunks.push(content.subarray(at, Math.min(at + size, end)));
        const read = await buffer(withoutGaps(Readable.from(chunks), ranges));
        expect(read.equals(wanted), `chunks of ${size}`).to.equal(true);
      }
    });
  }

  it('fails as the body does, and lets go of it when its reader leaves', async () => {
    const body = new Readable({ read() {} });
    body.push(content);
    const failing = withoutGaps(body, [{ start: 0, end: 100 }]);
    body.destroy(new Error('reset'));
    expect(await buffer(failing).catch((error: unknown) => error)).to.have.property('message', 'reset');
    const left = new Readable({ read() {} });
    const out = withoutGaps(left, [{ start: 0, end: 100 }]);
    out.destroy();
    await new Promise((resolve) => left.once('close', resolve));
    expect(left.destroyed).to.equal(true);
  });
});
