import { expect } from 'chai';
import { runLoad } from '../../load/session.ts';

/** On a busy machine the first transcodes hold every instance for longer than a short run lasts. */
const SECONDS = [5, 20, 60];

describe('the service under load', function () {
  this.timeout(600_000);

  it('gives right bytes or a refusal, and recovers: a short run of npm run load', async () => {
    for (const seconds of SECONDS) {
      const { summary, recoveryMilliseconds } = await runLoad(seconds);
      const { rows, statuses, wrong, refusedP50, refusedP99 } = summary;
      const counts = Object.entries(statuses).map(([status, count]) => `${count} × ${status}`);
      console.log(
        `      ${seconds} s: ${counts.join(', ')}; refused after ${refusedP50} ms (median), ${refusedP99} ms (99 %); ranges after ` +
          `${rows.range?.firstP99} ms (99 %); all kinds again after ${(recoveryMilliseconds / 1_000).toFixed(1)} s`,
      );
      expect(wrong).to.deep.equal([]);
      expect(recoveryMilliseconds, 'it never recovered').to.be.below(Number.POSITIVE_INFINITY);
      const right = [rows.range?.right ?? 0, rows.transcode?.right ?? 0];
      if (right.every((count) => count > 0)) return;
    }
    expect.fail(`no range, or no transcode, came through in ${SECONDS.at(-1)} s`);
  });
});
