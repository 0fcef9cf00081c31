import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { PRICES } from '../../functions/stream/base/prices.ts';
import { costOf, dollars } from '../../web/cost.ts';

const page = await readFile(new URL('../../docs/cost.md', import.meta.url), 'utf8');

describe('costOf', () => {
  it('comes to what docs/cost.md has for passthrough on arm64', () => {
    // 6 MB at the line's speed, then 2 MB/s; one vCPU.
    const play = costOf([{ seconds: 6 / 3.125 + 87.75 / 2, bytes: 93_750_000 }], 1769 / 1024);
    const [, duration, sum] = /passthrough .*?\$([\d.]+) .*?\*\*\$([\d.]+)\*\*/.exec(page) ?? [];
    expect(Number(duration)).to.be.above(0);
    // The page counts ten reads of S3 a play, which makes less than a cent of a thousand plays.
    expect(play * 1000).to.be.within(Number(sum) - 0.02, Number(sum) + 0.02);
  });

  it('has the prices that docs/cost.md explains', () => {
    const formulas = page.slice(page.indexOf('duration = plays'), page.indexOf('Lambda is billed'));
    for (const price of [
      String(PRICES.perGigabyteSecond.arm64),
      ...[PRICES.perMillionRequests, PRICES.perMillionReads, PRICES.perSentGigabyte].map((each) =>
        each.toFixed(2),
      ),
      String(PRICES.perStreamedGigabyte),
    ]) {
      expect(formulas).to.contain(`$${price}`);
    }
  });

  it('is nothing without an answer', () => expect(costOf([], 1)).to.equal(0));
});

describe('dollars', () => {
  for (const [amount, text] of [
    [0, '$0'],
    [0.00001234, '$0.000012'],
    [0.25, '$0.25'],
    [9.999, '$10.00'],
    [12.3, '$12.30'],
  ] as const) {
    it(`writes ${amount} as ${text}`, () => expect(dollars(amount)).to.equal(text));
  }
});
