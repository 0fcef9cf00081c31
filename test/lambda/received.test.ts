import { expect } from 'chai';
import { receive } from '../../functions/stream/lambda/received.ts';
import { buildEvent } from '../../local/event.ts';

const request = {
  ...{ rawPath: '/health', rawQueryString: '', headers: { host: 'localhost' } },
  requestContext: { http: { method: 'GET' }, requestId: '1' },
};

describe('what a function receives', () => {
  it('is a request, with all its fields', () => {
    const event = { ...request, version: '2.0', isBase64Encoded: false };
    expect(receive(event)).to.deep.equal({ kind: 'request', event });
  });

  it('is a request as the local Function URL makes it', () => {
    const event = buildEvent({
      ...{ method: 'GET', target: '/health?a', httpVersion: '1.1', rawHeaders: ['Host', 'localhost'] },
      ...{ body: Buffer.alloc(0), sourceIp: '127.0.0.1', port: 1, requestId: '1', traceId: '1' },
      receivedAt: new Date(0),
    });
    expect(receive(JSON.parse(JSON.stringify(event))).kind).to.equal('request');
  });

  const UNKNOWN: unknown[] = [
    ...[null, 0, 'x', [], {}, { x: 1 }, { requestContext: {} }, { requestContext: { http: {} } }],
    { ...request, rawPath: undefined },
    { ...request, rawQueryString: 1 },
    { ...request, headers: undefined },
    { ...request, headers: { a: 1 } },
    { ...request, requestContext: { http: { method: 1 } } },
    { sluice: { kind: 'export' } },
  ];
  for (const event of UNKNOWN) {
    it(`is unknown for ${JSON.stringify(event)}`, () =>
      expect(receive(event)).to.deep.equal({ kind: 'unknown' }));
  }
});
