import { expect } from 'chai';
import { matches } from '../../web/matches.ts';

describe('matches', () => {
  const CASES: readonly [typed: string, key: string, expected: boolean][] = [
    ['', 'films/a.mp4', true],
    ['amelie', 'films/Le Fabuleux Destin d’Amélie.mkv', true],
    ['AMÉLIE fab', 'films/Le Fabuleux Destin d’Amélie.mkv', true],
    ['mkv amelie', 'films/Le Fabuleux Destin d’Amélie.mkv', true],
    ['amelie mp4', 'films/Le Fabuleux Destin d’Amélie.mkv', false],
    ['motorhead', 'music/Motörhead/Overkill.flac', true],
    ['  over   motor ', 'music/Motörhead/Overkill.flac', true],
    ['２', 'film 2.mp4', true],
    ['.*', 'film.mp4', false],
  ];
  for (const [typed, key, expected] of CASES) {
    it(`${expected ? 'finds' : 'does not find'} ${key} by “${typed}”`, () =>
      expect(matches(key, typed)).to.equal(expected));
  }
});
