import { expect } from 'chai';
import { missedFigures } from '../../load/figures.ts';
import type { LoadReport } from '../../load/session.ts';

const report = (refusedP99: number, firstP99: number | null, recoveryMilliseconds: number): LoadReport => {
  const row = { asked: 1, right: 1, refused: 0, firstP50: 1, firstP99: firstP99 ?? 0, wholeP99: 9_000 };
  const rows = firstP99 === null ? {} : { range: row };
  const refused = { refusedP50: 1, refusedP99, refusedMost: 9_000 };
  return {
    summary: { rows, ...refused, statuses: {}, wrong: [] },
    ...{ recoveryMilliseconds, players: {}, instances: 1 },
  };
};

describe('the figures that are promised under load', () => {
  const TABLE: [what: string, report: LoadReport, seconds: number, missed: RegExp[]][] = [
    ['all of them', report(100, 1_000, 5_000), 60, []],
    ['a late refusal', report(101, 1_000, 5_000), 60, [/^99 % of refusals: 101 ms, and 100 ms/]],
    ['a late range', report(100, 1_001, 5_000), 60, [/^99 % of ranges, to their first byte: 1001 ms/]],
    ['a late recovery', report(100, 1_000, 5_001), 60, [/^a right answer of each kind .*: 5001 ms/]],
    ['none', report(200, 2_000, Number.POSITIVE_INFINITY), 600, [/refusals/, /ranges/, /Infinity ms/]],
    ['nothing to measure', report(Number.NaN, null, 0), 60, [/refusals: NaN/, /ranges, .*: NaN/]],
    ['none, in a short run', report(200, 2_000, 9_000), 59, []],
  ];
  for (const [what, measured, seconds, missed] of TABLE) {
    it(`are compared with a run of ${seconds} s with ${what}`, () => {
      const found = missedFigures(measured, seconds);
      expect(found).to.have.length(missed.length);
      for (const [i, pattern] of missed.entries()) expect(found[i]).to.match(pattern);
    });
  }
});
