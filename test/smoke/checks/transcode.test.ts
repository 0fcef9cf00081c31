import { expect } from 'chai';
import { bufferingFault } from '../../../smoke/checks/transcode.ts';

describe('bufferingFault', () => {
  const TABLE: [
    what: string,
    arrivals: [milliseconds: number, bytes: number][],
    plain: number,
    fault: RegExp | null,
  ][] = [
    [
      'steady',
      [
        [200, 30],
        [400, 30],
        [600, 30],
        [800, 30],
      ],
      5,
      null,
    ],
    [
      'steady after a cold start',
      [
        [2_000, 30],
        [2_300, 30],
        [2_600, 30],
        [3_000, 30],
      ],
      5,
      null,
    ],
    [
      'steady on a line that is hardly faster',
      [
        [200, 30],
        [500, 30],
        [800, 30],
        [1_000, 30],
      ],
      390,
      null,
    ],
    ['nothing', [], 5, /^no byte came$/],
    ['all at once', [[900, 120]], 5, /^it came in one go$/],
    [
      'all in one burst',
      [
        [900, 60],
        [905, 60],
      ],
      5,
      /^it came in one go$/,
    ],
    [
      'all as slowly as the line carries it',
      [
        [900, 30],
        [1_100, 30],
        [1_300, 30],
        [1_500, 30],
      ],
      600,
      /^it came in one go$/,
    ],
    [
      'a head, then all the rest',
      [
        [100, 5],
        [900, 60],
        [905, 60],
      ],
      5,
      /^after its first 5 bytes the rest came in one go$/,
    ],
  ];
  for (const [what, arrivals, plain, fault] of TABLE) {
    it(`${what}: ${fault === null ? 'none' : fault.source}`, () => {
      const found = bufferingFault(
        arrivals.map(([milliseconds, bytes]) => ({ milliseconds, bytes })),
        plain,
      );
      if (fault === null) expect(found).to.equal(null);
      else expect(found).to.match(fault);
    });
  }
});
