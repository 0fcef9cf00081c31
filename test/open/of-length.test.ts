import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { ofLength } from '../../functions/stream/open/of-length.ts';
import { problemOf } from '../../testing/problem.ts';

describe('ofLength', () => {
  async function* output() {
    yield Buffer.from('0123');
    yield Buffer.from('456789');
  }
  const TABLE: readonly [bytes: number, result: string][] = [
    [10, '0123456789'],
    [6, '012345'],
    [12, '0123456789\0\0'],
  ];
  for (const [bytes, result] of TABLE) {
    it(`gives ${bytes} of 10 bytes`, async () => {
      expect((await buffer(ofLength(output(), { bytes, most: 2 }))).toString()).to.equal(result);
    });
  }

  it('breaks if more is missing than a decoder omits', async () => {
    expect((await problemOf(buffer(ofLength(output(), { bytes: 13, most: 2 })))).type).to.equal(
      'damaged-media',
    );
  });
});
