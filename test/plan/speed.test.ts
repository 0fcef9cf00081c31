import { expect } from 'chai';
import { planSpeed, shownRate } from '../../functions/stream/plan/speed.ts';

describe('shownRate', () => {
  const TABLE = [
    ['24/1', 0.5, '12/1', 1],
    ['24/1', 1.5, '36/1', 1],
    ['24/1', 2, '48/1', 1],
    // 72 frames a second are more than 60: every second one is shown.
    ['24/1', 3, '36/1', 2],
    ['30/1', 2, '60/1', 1],
    ['60/1', 3, '60/1', 3],
    ['24000/1001', 0.75, '18000/1001', 1],
    ['30000/1001', 2, '60000/1001', 1],
    // Beyond what a time base can be multiplied by, to the hundred-thousandth of a frame.
    ['10000001/400000', 1.37, '3425000/100000', 1],
  ] as const;
  for (const [from, factor, to, step] of TABLE) {
    it(`${from} at ${factor} is ${to}`, () => {
      const [numerator = 0, denominator = 1] = from.split('/').map(Number);
      const grid = { numerator, denominator };
      const rate = shownRate(grid, factor);
      expect(`${rate.numerator}/${rate.denominator}`).to.equal(to);
      expect(planSpeed(factor, grid)).to.deep.equal({ factor, frames: { grid, step } });
    });
  }

  it('leaves what is not faster as it is', () => {
    expect(planSpeed(1, { numerator: 24, denominator: 1 })).to.equal(null);
  });
});
