import { expect } from 'chai';
import { requireUnzippedFits } from '../../deployment/unzipped-limit.ts';

describe('requireUnzippedFits', () => {
  for (const [part, most] of [
    ['layer', 250_000_000],
    ['function', 12_144_000],
  ] as const) {
    it(`lets a ${part} of ${most} bytes pass and not one more`, () => {
      expect(() => requireUnzippedFits(part, most)).to.not.throw();
      expect(() => requireUnzippedFits(part, most + 1)).to.throw(
        `The ${part} is ${(most + 1).toLocaleString('en')} bytes unzipped and may be ${most.toLocaleString('en')}: ` +
          'Lambda takes 262,144,000 (250 MB) for the function and its layers together.',
      );
    });
  }
});
