import { expect } from 'chai';
import { Problem } from '../../../functions/stream/base/problem.ts';
import { boundedRun } from '../../../functions/stream/media/text/bounded-run.ts';

describe('boundedRun', () => {
  it('returns what the library returns', () => {
    expect(boundedRun(() => [1])).to.deep.equal([1]);
  });

  it('stops a library that does not end', () => {
    const forEver = () => {
      for (;;);
    };
    expect(() => boundedRun(forEver, 20)).to.throw(Problem, 'The text track is too complex to be read.');
  });

  it('refuses what a library throws at, by words or by an error', () => {
    const throwing = (thrown: unknown) => () => {
      throw thrown;
    };
    expect(() => boundedRun(throwing('Second <body>'))).to.throw(Problem, 'The text track cannot be read.');
    expect(() => boundedRun(throwing(new RangeError('deep')))).to.throw(
      Problem,
      'The text track cannot be read.',
    );
  });

  it('passes on a problem', () => {
    const problem = new Problem('too-large', 'Many.');
    expect(() =>
      boundedRun(() => {
        throw problem;
      }),
    ).to.throw(problem.message);
  });
});
