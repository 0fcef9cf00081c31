import { expect } from 'chai';
import { pacer } from '../../local/bandwidth.ts';

describe('pacer', () => {
  it('lets the first bytes pass at once, and then no more than the rate', () => {
    const pace = pacer(1000, 500);
    expect(pace(400, 0)).to.equal(0);
    // 100 bytes are left uncapped, 200 take 200 ms.
    expect(pace(300, 0)).to.equal(200);
    expect(pace(1000, 200)).to.equal(1000);
  });

  it('does not save up what a slow function left unused', () => {
    const pace = pacer(1000, 0);
    expect(pace(1000, 0)).to.equal(1000);
    expect(pace(1000, 60_000)).to.equal(1000);
  });

  it('queues chunks that come at the same time', () => {
    const pace = pacer(1000, 0);
    pace(1000, 0);
    expect(pace(1000, 1000)).to.equal(1000);
    expect(pace(1000, 2100)).to.equal(1000);
    expect(pace(500, 2100)).to.equal(1500);
  });
});
