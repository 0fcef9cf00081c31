import { expect } from 'chai';
import { firstIndex } from '../../../functions/stream/media/model/first-index.ts';

describe('firstIndex', () => {
  const TABLE: [what: string, from: number, to: number, wanted: number, found: number][] = [
    ['the first', 0, 5, 1, 0],
    ['one between', 0, 5, 4, 2],
    ['the last', 0, 5, 9, 4],
    ['none', 0, 5, 10, 5],
    ['one from a place on', 3, 5, 1, 3],
    ['none of nothing', 2, 2, 1, 2],
  ];
  const numbers = [1, 3, 5, 7, 9];
  for (const [what, from, to, wanted, found] of TABLE) {
    it(`finds ${what}`, () => {
      expect(firstIndex(from, to, (index) => (numbers[index] ?? 0) >= wanted)).to.equal(found);
    });
  }
});
