import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { peek } from '../../functions/stream/source/peek.ts';
import { pattern } from '../../testing/sources.ts';

const content = pattern(1_000);
const never = () => false;

function inChunksOf(size: number): Readable {
  const chunks = Array.from({ length: Math.ceil(content.length / size) }, (_, i) =>
    content.subarray(i * size, (i + 1) * size),
  );
  return Readable.from(chunks, { objectMode: false, highWaterMark: size });
}

describe('peek', () => {
  for (const size of [1, 7, 1_000]) {
    it(`shows the beginning and takes nothing away, in chunks of ${size}`, async () => {
      const stream = inChunksOf(size);
      const shown = await peek(stream, 100, never);
      expect(shown.length).to.be.at.least(100);
      expect(shown.equals(content.subarray(0, shown.length))).to.equal(true);
      expect((await buffer(stream)).equals(content)).to.equal(true);
    });
  }

  it('shows the whole of a stream that has no more', async () => {
    const stream = inChunksOf(300);
    expect((await peek(stream, content.length, never)).equals(content)).to.equal(true);
    await turn();
    expect((await buffer(stream)).equals(content)).to.equal(true);
  });

  it('waits for no more than is wanted', async () => {
    const stream = new PassThrough();
    stream.write(content.subarray(0, 5));
    const shown = await peek(stream, 1_000, ({ length }) => length >= 5);
    expect(shown.length).to.equal(5);
  });

  it('rejects with the error of the stream', async () => {
    const stream = new PassThrough();
    stream.write(content.subarray(0, 5));
    const shown = peek(stream, 100, never);
    await turn();
    stream.destroy(new Error('The source is gone.'));
    expect(await shown.catch((error: unknown) => error)).to.have.property('message', 'The source is gone.');
    const later = await peek(stream, 100, never).catch((error: unknown) => error);
    expect(later).to.have.property('message', 'The source is gone.');
  });
});
