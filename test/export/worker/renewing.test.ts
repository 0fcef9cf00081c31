import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { whileRenewing } from '../../../functions/stream/export/worker/renewing.ts';
import { GIVEN_UP, OUT_OF_TIME } from '../../../functions/stream/export/worker/stop-reasons.ts';

describe('work that is renewed', () => {
  const failure = new Error('The store does not answer.');

  function scene(renew: () => Promise<boolean>) {
    const controller = new AbortController();
    const { signal } = controller;
    const renewing = { signal, renew, stop: () => controller.abort(GIVEN_UP) };
    const outcome = (work: () => Promise<unknown>) =>
      whileRenewing(work, renewing).catch((error: unknown) => error);
    return { controller, outcome };
  }
  const fail = () => Promise.reject(failure);

  it('is aborted when another worker takes it', async () => {
    const { controller, outcome } = scene(async () => false);
    const untilAborted = async () => {
      while (!controller.signal.aborted) await delay(20);
      throw failure;
    };
    expect(await outcome(untilAborted)).to.equal(GIVEN_UP);
  });

  it('fails if it is its own, or if its owner is unknown', async () => {
    expect(await scene(async () => true).outcome(fail)).to.equal(failure);
    expect(await scene(fail).outcome(fail)).to.equal(failure);
  });

  it('does not fail for another worker, even if its time is up', async () => {
    const { controller, outcome } = scene(async () => false);
    controller.abort(OUT_OF_TIME);
    expect(await outcome(fail)).to.equal(GIVEN_UP);
  });
});
