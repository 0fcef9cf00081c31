import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { createMeter } from '../../../functions/stream/export/worker/usage.ts';
import type { Source } from '../../../functions/stream/source/source.ts';
import { rejection } from '../../../testing/rejection.ts';

const FILM = { key: 'film.mp4', etag: '"1"', sizeBytes: 6, lastModified: new Date(0) };

describe('the meter of an invocation', () => {
  const { signal } = new AbortController();

  /** A read of a source with this body, through the meter. */
  async function scene(body: Readable) {
    const source: Source = {
      stat: async () => FILM,
      read: async () => body,
      list: async () => ({ media: [], next: null }),
      beside: async () => [],
    };
    const meter = createMeter(1);
    return { meter, read: await meter.counting(source).read(FILM, { start: 0, end: 6 }, signal) };
  }

  it('counts the bytes that are read, and leaves them unchanged', async () => {
    const body = Readable.from([Buffer.from('abc'), Buffer.from('def')], { objectMode: false });
    const { meter, read } = await scene(body);
    expect(String(await buffer(read))).to.equal('abcdef');
    expect(meter.take().bytesRead).to.equal(6);
    expect(meter.take().bytesRead).to.equal(0);
  });

  it('hands on the failure of a read', async () => {
    const failure = new Error('broken');
    const body = new Readable({ read: () => body.destroy(failure) });
    const { read } = await scene(body);
    expect(await rejection(buffer(read))).to.equal(failure);
  });

  it('ends a read whose reader has left, even before its first byte', async () => {
    for (const begins of [false, true]) {
      const body = new Readable({ read: () => body.push('abc') });
      const { read } = await scene(body);
      if (begins) for await (const _ of read) break;
      read.destroy();
      await turn();
      expect(body.destroyed, begins ? 'begun' : 'not begun').to.equal(true);
    }
  });
});
