import { expect } from 'chai';
import { contentRange, parseRange } from '../../functions/stream/base/range.ts';

const whole = { kind: 'whole' };
const unsatisfiable = { kind: 'unsatisfiable' };
const ranges = (...list: [number, number][]) => ({
  kind: 'ranges',
  ranges: list.map(([start, end]) => ({ start, end })),
});

const CASES: [string | null, number, object][] = [
  [null, 9, whole],
  ['bytes=0-0', 9, ranges([0, 1])],
  ['bytes=-3', 9, ranges([6, 9])],
  ['bytes=-30', 9, ranges([0, 9])],
  ['bytes=2-', 9, ranges([2, 9])],
  ['bytes=8-100', 9, ranges([8, 9])],
  ['Bytes=0-4', 9, ranges([0, 5])],
  ['bytes=0-1, 3-4', 9, ranges([0, 2], [3, 5])],
  ['bytes=0-1,,', 9, ranges([0, 2])],
  ['bytes=0-1,20-', 9, ranges([0, 2])],
  ['bytes=9-', 9, unsatisfiable],
  ['bytes=-0', 9, unsatisfiable],
  ['bytes=0-0', 0, unsatisfiable],
  ['bytes=-1', 0, unsatisfiable],
  ['bytes=18446744073709551617-18446744073709551620', 9, unsatisfiable],
  ['bytes=0-18446744073709551615', 9, ranges([0, 9])],
  ['bytes=-18446744073709551621', 9, ranges([0, 9])],
  ['bytes=9007199254740993-9007199254740992', 9, whole],
  ['bytes=5-4', 9, whole],
  ['bytes=', 9, whole],
  ['bytes=,', 9, whole],
  ['bytes=-', 9, whole],
  ['bytes=--5', 9, whole],
  ['bytes=1-4,x', 9, whole],
  ['bytes=0x0-0x4', 9, whole],
  ['bytes=0-4,bytes=6-7', 9, whole],
  ['seconds=0-4', 9, whole],
  ['bytes=0-,1-,2-', 9, whole],
  [`bytes=${many(32)}`, 99, ranges(...Array.from({ length: 32 }, (_, i): [number, number] => [i, i + 1]))],
  [`bytes=${many(33)}`, 99, { kind: 'too-many', count: 33 }],
  [`bytes=${many(33)},x`, 99, { kind: 'too-many', count: 34 }],
];

function many(count: number): string {
  return Array.from({ length: count }, (_, i) => `${i}-${i}`).join(',');
}

describe('parseRange', () => {
  for (const [header, size, expected] of CASES) {
    it(`${header?.slice(0, 60)} of ${size} bytes`, () =>
      expect(parseRange(header, size, 32)).to.deep.equal(expected));
  }
});

describe('contentRange', () => {
  it('writes the last position, not the end', () => {
    expect(contentRange({ start: 2, end: 5 }, 9)).to.equal('bytes 2-4/9');
  });
});
