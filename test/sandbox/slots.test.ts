import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import type { Engine, TranscodeOptions } from '../../functions/stream/engine/ffmpeg.ts';
import { withSlots } from '../../functions/stream/engine/with-slots.ts';
import { createSlots } from '../../functions/stream/sandbox/slots.ts';
import { problemOf } from '../../testing/problem.ts';

const { signal } = new AbortController();
const soon = { waitMilliseconds: 5 };
const guarded = { waitMilliseconds: 60_000 };

describe('createSlots', () => {
  for (const maxFfmpegs of [1, 3]) {
    it(`has ${maxFfmpegs}, and refuses one more with the number and the limit`, async () => {
      const slots = createSlots({ maxFfmpegs }, soon);
      for (let i = 0; i < maxFfmpegs; i++) await slots.take(signal);
      const { type, status, headers, message } = await problemOf(slots.take(signal));
      expect([type, status, headers]).to.deep.equal(['busy', 503, { 'retry-after': '2' }]);
      expect(message).to.equal(
        `${maxFfmpegs + 1} ffmpegs would run at once, and the limit is ${maxFfmpegs} (MAX_FFMPEGS); ` +
          'try again shortly.',
      );
    });
  }

  it('gives a place that became free to who waits longest, and only once', async () => {
    const slots = createSlots({ maxFfmpegs: 1 }, guarded);
    const release = await slots.take(signal);
    const order: number[] = [];
    const waiting = [1, 2].map((i) =>
      slots.take(signal).then((give) => {
        order.push(i);
        return give;
      }),
    );
    release();
    release();
    const first = await waiting[0];
    expect(order).to.deep.equal([1]);
    first?.();
    await waiting[1];
    expect(order).to.deep.equal([1, 2]);
  });

  it('lets go who does not wait any more', async () => {
    const slots = createSlots({ maxFfmpegs: 1 }, guarded);
    const release = await slots.take(signal);
    const controller = new AbortController();
    const waiting = slots.take(controller.signal).catch((reason: unknown) => reason);
    controller.abort('gone');
    expect(await waiting).to.equal('gone');
    release();
    (await slots.take(signal))();
  });
});

describe('withSlots', () => {
  const args = { input: [], output: [] };
  const options = (onExit = () => {}): TranscodeOptions => ({
    signal,
    inputFailure: () => null,
    onSpawn: () => {},
    onExit,
  });

  it('starts one after the other, and tells of each end', async () => {
    const running: (() => void)[] = [];
    const inner: Engine = {
      async transcode(_url, _args, { onExit }) {
        running.push(() => onExit(''));
        return new PassThrough();
      },
    };
    const engine = withSlots(inner, createSlots({ maxFfmpegs: 1 }, guarded));
    let ends = 0;
    await engine.transcode(
      'a',
      args,
      options(() => ends++),
    );
    const second = engine.transcode('b', args, options());
    await new Promise(setImmediate);
    expect(running).to.have.length(1);
    running[0]?.();
    await second;
    expect([running.length, ends]).to.deep.equal([2, 1]);
  });

  it('frees the slot if nothing was started', async () => {
    const failing: Engine = { transcode: () => Promise.reject(new Error('not here')) };
    const engine = withSlots(failing, createSlots({ maxFfmpegs: 1 }, soon));
    for (let i = 0; i < 3; i++) {
      const failure = await engine.transcode('a', args, options()).catch((error: Error) => error.message);
      expect(failure).to.equal('not here');
    }
  });
});
