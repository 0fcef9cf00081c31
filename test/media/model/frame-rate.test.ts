import { expect } from 'chai';
import { measureFrameRate } from '../../../functions/stream/media/model/frame-rate.ts';

const MILLISECOND = 0.001;

/** Returns times of `count` frames at a rate, rounded as a container rounds them. */
function times(count: number, framesPerSecond: number, resolution = MILLISECOND): number[] {
  return Array.from({ length: count }, (_, i) => Math.round(i / framesPerSecond / resolution) * resolution);
}

describe('measureFrameRate', () => {
  const cases: readonly [string, number[], number, { n: number; d: number; constant: boolean }][] = [
    [
      '24000/1001 in milliseconds',
      times(84, 24000 / 1001),
      MILLISECOND,
      { n: 24000, d: 1001, constant: true },
    ],
    [
      '30000/1001 in milliseconds',
      times(84, 30000 / 1001),
      MILLISECOND,
      { n: 30000, d: 1001, constant: true },
    ],
    ['60 in milliseconds', times(84, 60), MILLISECOND, { n: 60, d: 1, constant: true }],
    ['25 on the clock of MPEG-TS', times(84, 25, 1 / 90000), 1 / 90000, { n: 25, d: 1, constant: true }],
    [
      '59.94 on that clock',
      times(84, 60000 / 1001, 1 / 90000),
      1 / 90000,
      { n: 60000, d: 1001, constant: true },
    ],
    ['12.5', times(40, 12.5), MILLISECOND, { n: 25, d: 2, constant: true }],
    ['a missing frame', times(84, 25).toSpliced(40, 1), MILLISECOND, { n: 24699, d: 1000, constant: false }],
    ['frames in any order', times(84, 50).reverse(), MILLISECOND, { n: 50, d: 1, constant: true }],
  ];
  for (const [name, timestamps, resolution, { n, d, constant }] of cases) {
    it(name, () => {
      const rate = measureFrameRate(timestamps, resolution, null);
      expect(rate).to.deep.equal({ numerator: n, denominator: d, constant });
    });
  }

  it('takes the declared rate if the times agree with it', () => {
    const declared = { numerator: 1e9, denominator: 41708333, constant: true };
    // Nine frames at milliseconds cannot tell 24 from 23.976.
    const rate = measureFrameRate(times(9, 24000 / 1001), MILLISECOND, declared);
    expect(rate).to.deep.equal({ numerator: 24000, denominator: 1001, constant: true });
  });

  it('does not take the declared rate if the times contradict it', () => {
    const declared = { numerator: 60, denominator: 1, constant: true };
    const rate = measureFrameRate(times(60, 25), MILLISECOND, declared);
    expect(rate).to.deep.equal({ numerator: 25, denominator: 1, constant: true });
  });

  it('is null for one frame, none, or frames of one moment', () => {
    for (const few of [[], [1], [2, 2, 2]]) expect(measureFrameRate(few, MILLISECOND, null)).to.equal(null);
  });
});
