import { expect } from 'chai';
import { runLoad } from '../../load/session.ts';

describe('the service under load', function () {
  this.timeout(180_000);

  it('gives right bytes or a refusal, and recovers: a short run of npm run load', async () => {
    const { summary, recoveryMilliseconds } = await runLoad(5);
    const { rows, statuses, wrong, refusedP50, refusedP99 } = summary;
    const counts = Object.entries(statuses).map(([status, count]) => `${count} × ${status}`);
    console.log(
      `      ${counts.join(', ')}; refused after ${refusedP50} ms (median), ${refusedP99} ms (99 %); ranges after ` +
        `${rows.range?.firstP99} ms (99 %); all kinds again after ${(recoveryMilliseconds / 1_000).toFixed(1)} s`,
    );
    expect(wrong).to.deep.equal([]);
    expect(rows.range?.right).to.be.above(0);
    expect(rows.transcode?.right).to.be.above(0);
    expect(recoveryMilliseconds, 'it never recovered').to.be.below(Number.POSITIVE_INFINITY);
  });
});
