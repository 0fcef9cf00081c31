import { expect } from 'chai';
import { type Work, workOf } from '../../../functions/stream/export/job/work-event.ts';
import { NO_PARAMETERS } from '../../../functions/stream/route/stream-parameters.ts';

const work: Work = {
  ...{ kind: 'export', id: 'a_-4'.repeat(5).padEnd(22, 'b'), key: 'films/a b.mp4' },
  parameters: { ...NO_PARAMETERS, format: 'mp4', height: 480, startSeconds: 1.5, accept: ['h264'] },
  ...{ generation: 1_800_000_000_000, attempt: 0, hops: 1, task: 'begin' },
};

describe('work that is sent to a function', () => {
  for (const task of ['begin', 0, 3, 'assemble'] as const) {
    it(`is an event sent as JSON: ${task}`, () => {
      const sent = { ...work, task };
      expect(workOf(JSON.parse(JSON.stringify({ sluice: sent })))).to.deep.equal(sent);
    });
  }

  const others: [what: string, event: unknown][] = [
    ['a request', { rawPath: '/', requestContext: { http: { method: 'GET' } } }],
    ['a request that says so', { sluice: work, requestContext: { http: { method: 'GET' } } }],
    ['other work', { sluice: { ...work, kind: 'other' } }],
    ['nothing', null],
    ['text', 'sluice'],
    ['a list', []],
    ['an empty event', {}],
    ['no work', { sluice: null }],
    ['work with more', { sluice: { ...work, more: 1 } }],
    ['an id that leaves its folder', { sluice: { ...work, id: '../../../made/aaaaaaaaa' } }],
    ['no key', { sluice: { ...work, key: '' } }],
    ['an overlong key', { sluice: { ...work, key: 'ü'.repeat(513) } }],
    ['another task', { sluice: { ...work, task: 'end' } }],
    ['a part before the first', { sluice: { ...work, task: -1 } }],
    ['a fraction of a part', { sluice: { ...work, task: 0.5 } }],
    ['no hops', { sluice: { ...work, hops: undefined } }],
    ['no generation', { sluice: { ...work, generation: undefined } }],
    ['no parameters', { sluice: { ...work, parameters: undefined } }],
    ['another format', { sluice: { ...work, parameters: { ...work.parameters, format: 'exe' } } }],
    ['an argument for a height', { sluice: { ...work, parameters: { ...work.parameters, height: '-y' } } }],
    ['an unknown parameter', { sluice: { ...work, parameters: { ...work.parameters, filter: 'x' } } }],
  ];
  for (const [what, event] of others) {
    it(`is not ${what}`, () => expect(workOf(event)).to.equal(null));
  }
});
