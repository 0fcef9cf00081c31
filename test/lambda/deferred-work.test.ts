import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type { DeferredWork } from '../../functions/stream/base/request-context.ts';
import { finishDeferred } from '../../functions/stream/lambda/deferred-work.ts';

describe('finishAfterwork', () => {
  async function finish(
    work: readonly DeferredWork[],
    { isWhole = true, signal = new AbortController().signal } = {},
  ) {
    const lines: unknown[] = [];
    const log = (level: string, fields: object) => void lines.push([level, fields]);
    await finishDeferred(work, { isWhole, signal, log });
    return lines;
  }

  for (const isWhole of [true, false]) {
    it(`tells the work that the answer was ${isWhole ? '' : 'not '}sent in full`, async () => {
      const lines = await finish([async (told) => ({ told })], { isWhole });
      expect(lines).to.deep.equal([['info', { told: isWhole }]]);
    });
  }

  it('logs nothing of work that reports nothing', async () => {
    expect(await finish([async () => null])).to.deep.equal([]);
  });

  it('logs what fails, and does the rest', async () => {
    const fails: DeferredWork = () => Promise.reject(new Error('The disk is full.'));
    const lines = await finish([fails, async () => ({ done: 1 })]);
    expect(lines).to.have.deep.members([
      ['error', { failed: 'Error: The disk is full.' }],
      ['info', { done: 1 }],
    ]);
  });

  it('does all of it at once', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const waits: DeferredWork = async () => {
      await released;
      return { waited: 1 };
    };
    const releases: DeferredWork = async () => {
      release();
      return null;
    };
    expect(await finish([waits, releases])).to.deep.equal([['info', { waited: 1 }]]);
  });

  it('lets aborted work clean up', async () => {
    const controller = new AbortController();
    const cleans: DeferredWork = async () => {
      controller.abort();
      await delay(1);
      return { cleaned: 1 };
    };
    const lines = await finish([cleans], { signal: controller.signal });
    expect(lines).to.deep.equal([['info', { cleaned: 1 }]]);
  });

  for (const when of ['before', 'during'] as const) {
    it(`does not wait for ever for work that was aborted ${when} it`, async () => {
      const controller = new AbortController();
      if (when === 'before') controller.abort();
      const hangs: DeferredWork = () => {
        controller.abort();
        return new Promise(() => {});
      };
      expect(await finish([hangs], { signal: controller.signal })).to.deep.equal([]);
    });
  }
});
