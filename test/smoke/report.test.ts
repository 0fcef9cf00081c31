import { expect } from 'chai';
import { printJson, printTable, type Row } from '../../smoke/report.ts';

const ROWS: readonly Row[] = [
  { name: 'range', expected: 'two bytes', why: 'Safari', verdict: { kind: 'passed', seen: '206, 2 bytes' } },
  {
    name: 'a name that is longer than its column',
    expected: 'one',
    why: 'none',
    verdict: { kind: 'failed', seen: `https://example.org/${'x'.repeat(30)} and words behind it` },
  },
  { name: 'CORS', expected: 'one', why: 'two', verdict: { kind: 'not checked', seen: 'no origin' } },
];

describe('the report of the smoke test', () => {
  it('is a table, wrapped to the width of the terminal, with a sum', () => {
    expect(printTable(ROWS, 100)).to.equal(`\
check                 verdict      seen                  expected              why
--------------------  -----------  --------------------  --------------------  --------------------
range                 passed       206, 2 bytes          two bytes             Safari

a name that is        FAILED       https://example.org/  one                   none
longer than its                    xxxxxxxxxxxxxxxxxxxx
column                             xxxxxxxxxx and words
                                   behind it

CORS                  not checked  no origin             one                   two

1 passed, 1 failed, 1 not checked
`);
  });

  it('is never wider than it must be, and never narrower than words', () => {
    const widest = (columns: number) =>
      Math.max(
        ...printTable(ROWS, columns)
          .split('\n')
          .map((line) => line.length),
      );
    expect(widest(10)).to.equal(78);
    expect(widest(160)).to.be.at.most(160);
  });

  it('is JSON for a program', () => {
    const report = JSON.parse(printJson('https://h', 'film.mp4', ROWS));
    expect(report).to.include({ service: 'https://h', key: 'film.mp4', passed: 1, failed: 1, notChecked: 1 });
    expect(report.checks).to.have.length(3);
    expect(report.checks[0]).to.deep.equal({
      check: 'range',
      verdict: 'passed',
      seen: '206, 2 bytes',
      expected: 'two bytes',
      why: 'Safari',
    });
  });
});
