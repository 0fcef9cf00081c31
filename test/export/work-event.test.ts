import { expect } from 'chai';
import { workOf } from '../../functions/stream/export/work-event.ts';

const work = { kind: 'export', id: 'x' };

describe('work that is sent to a function', () => {
  it('is an event of its own', () => expect(workOf({ sluice: work })).to.equal(work));

  const others = [
    ['a request', { rawPath: '/', requestContext: { http: { method: 'GET' } } }],
    ['a request that says so', { sluice: work, requestContext: { http: { method: 'GET' } } }],
    ['other work', { sluice: { kind: 'other' } }],
    ['nothing', null],
    ['text', 'sluice'],
    ['an empty event', {}],
    ['no work', { sluice: null }],
  ] as const;
  for (const [what, event] of others) {
    it(`is not ${what}`, () => expect(workOf(event)).to.equal(null));
  }
});
