import { expect } from 'chai';
import { countCovered } from '../../web/coverage.ts';

const ranges = (...spans: readonly (readonly [start: number, end: number])[]) => ({
  length: spans.length,
  start: (at: number) => spans[at]?.[0] ?? Number.NaN,
  end: (at: number) => spans[at]?.[1] ?? Number.NaN,
});

describe('countCovered', () => {
  it('counts what was buffered once, also when it is gone', () => {
    const covered = countCovered();
    expect(covered(ranges())).to.equal(0);
    expect(covered(ranges([0, 10]))).to.equal(10);
    expect(covered(ranges([8, 20]))).to.equal(20);
    expect(covered(ranges([15, 20]))).to.equal(20);
  });

  it('leaves out what a seek has passed', () => {
    const covered = countCovered();
    expect(covered(ranges([0, 10]))).to.equal(10);
    expect(covered(ranges([0, 10], [90, 100]))).to.equal(20);
    expect(covered(ranges([5, 95]))).to.equal(100);
  });
});
