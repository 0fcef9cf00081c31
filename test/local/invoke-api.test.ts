import { expect } from 'chai';
import { type InvokeApi, startInvokeApi } from '../../local/invoke-api.ts';
import { ask } from './fixture.ts';

describe("Lambda's API on this machine", () => {
  const events: unknown[] = [];
  let api: InvokeApi;
  before(async () => {
    api = await startInvokeApi('sluice', (event) => events.push(event));
  });
  after(() => api.close());

  const call = (path: string, body: string, type = 'Event', method = 'POST') =>
    fetch(`${api.url}${path}`, {
      method,
      headers: { 'x-amz-invocation-type': type },
      ...(method === 'POST' ? { body } : {}),
    });
  const PATH = '/2015-03-31/functions/sluice/invocations';

  it('accepts an event, and answers before it is handled', async () => {
    const response = await call(PATH, '{"a":1}');
    expect(response.status).to.equal(202);
    expect(await response.text()).to.equal('');
    expect(events).to.deep.equal([{ a: 1 }]);
  });

  const refused = [
    [
      'another function',
      '/2015-03-31/functions/other/invocations',
      '{}',
      'Event',
      404,
      'ResourceNotFoundException',
    ],
    [
      'an invocation whose answer is waited for',
      PATH,
      '{}',
      'RequestResponse',
      400,
      'InvalidParameterValueException',
    ],
    ['what is no JSON', PATH, '{', 'Event', 400, 'InvalidRequestContentException'],
    [
      'an event that is too large',
      PATH,
      `"${'x'.repeat(1024 * 1024)}"`,
      'Event',
      413,
      'RequestTooLargeException',
    ],
  ] as const;
  for (const [what, path, body, type, status, error] of refused) {
    it(`refuses ${what}`, async () => {
      const before = events.length;
      const response = await call(path, body, type);
      expect(response.status).to.equal(status);
      expect(response.headers.get('x-amzn-errortype')).to.equal(error);
      expect(events).to.have.length(before);
    });
  }

  it('is only for those who know its address', async () => {
    const { origin, pathname } = new URL(api.url);
    for (const root of ['', `${pathname.slice(0, -1)}${pathname.endsWith('A') ? 'B' : 'A'}`]) {
      const headers = { 'x-amz-invocation-type': 'Event' };
      const response = await fetch(`${origin}${root}${PATH}`, { method: 'POST', headers, body: '{}' });
      expect(response.status).to.equal(404);
    }
  });

  it('refuses a page whose name leads to this machine', async () => {
    const before = events.length;
    const headers = { host: 'evil.example', 'x-amz-invocation-type': 'Event' };
    const { pathname } = new URL(api.url);
    const options = { method: 'POST', headers, content: Buffer.from('{}') };
    expect((await ask(api.url, `${pathname}${PATH}`, options)).status).to.equal(404);
    expect(events).to.have.length(before);
  });

  it('accepts POST only', async () => {
    expect((await call(PATH, '', 'Event', 'GET')).status).to.equal(404);
  });
});
