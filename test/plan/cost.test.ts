import { expect } from 'chai';
import { withCost, withWorkCost } from '../../functions/stream/plan/cost.ts';

describe('withCost', () => {
  const TABLE: readonly [string, number | null, number | null, number | null, number | null][] = [
    ['work that is longer than its answer takes', 10, 1_000_000, 2048, 20],
    ['an answer that takes longer than its work', 1, 26_000_000, 1024, 10],
    ['an answer that leaves at once', 0, 6_000_000, 3008, 0],
    ['no known work', null, 1_000, 1024, null],
    ['no known length', 1, null, 1024, null],
    ['no known memory', 1, 1_000, null, null],
  ];
  for (const [what, seconds, bytes, memory, gigabyteSeconds] of TABLE) {
    it(`of ${what}`, () => {
      expect(withCost({ seconds, bytes }, memory)).to.deep.equal({ seconds, bytes, gigabyteSeconds });
    });
  }
});

describe('withWorkCost', () => {
  const TABLE: readonly [string, number | null, number | null, number | null, number | null][] = [
    ['work, however long its result is', 10, 900_000_000, 2048, 20],
    ['work whose result is of unknown length', 3, null, 1024, 3],
    ['no known work', null, 1_000, 1024, null],
    ['no known memory', 1, 1_000, null, null],
  ];
  for (const [what, seconds, bytes, memory, gigabyteSeconds] of TABLE) {
    it(`of ${what}`, () => {
      expect(withWorkCost({ seconds, bytes }, memory)).to.deep.equal({ seconds, bytes, gigabyteSeconds });
    });
  }
});
