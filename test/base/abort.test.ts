import { expect } from 'chai';
import { onAbort } from '../../functions/stream/base/abort.ts';

describe('onAbort', () => {
  it('acts once, when the signal aborts', () => {
    const controller = new AbortController();
    let times = 0;
    onAbort(controller.signal, () => times++);
    expect(times).to.equal(0);
    controller.abort();
    controller.abort();
    expect(times).to.equal(1);
  });

  it('acts at once if the signal has aborted', () => {
    let times = 0;
    const release = onAbort(AbortSignal.abort(), () => times++);
    release();
    expect(times).to.equal(1);
  });

  it('does nothing once it is released', () => {
    const controller = new AbortController();
    let times = 0;
    const release = onAbort(controller.signal, () => times++);
    release();
    release();
    controller.abort();
    expect(times).to.equal(0);
  });
});
