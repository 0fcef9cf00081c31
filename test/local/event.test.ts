import { expect } from 'chai';
import { buildEvent, type ReceivedRequest } from '../../local/event.ts';

const received = (changes: Partial<ReceivedRequest> = {}): ReceivedRequest => ({
  method: 'GET',
  target: '/',
  httpVersion: '1.1',
  rawHeaders: ['Host', '127.0.0.1:8080'],
  body: new Uint8Array(),
  sourceIp: '127.0.0.1',
  port: 8080,
  requestId: 'the-id',
  traceId: 'Root=1-2-3',
  receivedAt: new Date(1583348638390),
  ...changes,
});

describe('buildEvent', () => {
  it('has the fields of payload format 2.0, and omits absent ones', () => {
    const event = buildEvent(received({ rawHeaders: ['Host', 'media.example:8080', 'User-Agent', 'agent'] }));
    expect(event).to.deep.equal({
      version: '2.0',
      routeKey: '$default',
      rawPath: '/',
      rawQueryString: '',
      headers: {
        host: 'media.example:8080',
        'user-agent': 'agent',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-proto': 'http',
        'x-forwarded-port': '8080',
        'x-amzn-trace-id': 'Root=1-2-3',
      },
      requestContext: {
        accountId: 'anonymous',
        apiId: 'local',
        domainName: 'media.example',
        domainPrefix: 'local',
        http: { method: 'GET', path: '/', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'agent' },
        requestId: 'the-id',
        routeKey: '$default',
        stage: '$default',
        time: '04/Mar/2020:19:03:58 +0000',
        timeEpoch: 1583348638390,
      },
      isBase64Encoded: false,
    });
  });

  const targets: [target: string, rawPath: string, path: string, query: string][] = [
    ['/media/a%20b%2Fc.mp4', '/media/a%20b%2Fc.mp4', '/media/a b/c.mp4', ''],
    ['/media/%C3%A9.mp4?start=1', '/media/%C3%A9.mp4', '/media/é.mp4', 'start=1'],
    ['/bad%Ft/%20', '/bad%Ft/%20', '/bad%Ft/ ', ''],
    ['/cut%C3', '/cut%C3', '/cut%C3', ''],
    ['/a//b/../c', '/a//b/../c', '/a//b/../c', ''],
    ['/?', '/', '/', ''],
    ['/a?b?c=%2F', '/a', '/a', 'b?c=%2F'],
    ['http://media.example/a?b=1', '/a', '/a', 'b=1'],
    ['http://media.example', '/', '/', ''],
  ];
  for (const [target, rawPath, path, query] of targets) {
    it(`takes ${target} apart without re-encoding it`, () => {
      const event = buildEvent(received({ target }));
      expect(event?.rawPath).to.equal(rawPath);
      expect(event?.requestContext.http.path).to.equal(path);
      expect(event?.rawQueryString).to.equal(query);
    });
  }

  for (const target of ['*', 'a/b', '', 'media.example:443']) {
    it(`has no event for the target ${JSON.stringify(target)}`, () => {
      expect(buildEvent(received({ target }))).to.equal(null);
    });
  }

  const queries: [query: string, parameters: Record<string, string> | undefined][] = [
    ['', undefined],
    ['a=1&b=2&a=3', { a: '1,3', b: '2' }],
    ['a=x%20y+z', { a: 'x y z' }],
    ['flag', { flag: '' }],
    ['%7e=%zz', { '~': '%zz' }],
  ];
  for (const [query, parameters] of queries) {
    it(`decodes the query ${JSON.stringify(query)} and joins what comes twice`, () => {
      const event = buildEvent(received({ target: `/?${query}` }));
      expect(event?.queryStringParameters).to.deep.equal(parameters);
    });
  }

  it('lowers the names of headers, joins repeated ones by a comma and drops those of the connection', () => {
    const event = buildEvent(
      received({
        rawHeaders: [
          ...['Accept', 'text/html', 'ACCEPT', 'video/mp4', 'Connection', 'keep-alive'],
          ...['Transfer-Encoding', 'chunked', 'X-Forwarded-For', '10.0.0.1'],
        ],
      }),
    );
    expect(event?.headers).to.include({
      accept: 'text/html,video/mp4',
      'x-forwarded-for': '10.0.0.1, 127.0.0.1',
    });
    expect(event?.headers).to.not.have.any.keys('connection', 'transfer-encoding', 'Accept');
  });

  it('lists the cookies beside their header', () => {
    const event = buildEvent(received({ rawHeaders: ['Cookie', 'a=1; b=2', 'Cookie', 'c=3'] }));
    expect(event?.cookies).to.deep.equal(['a=1', 'b=2', 'c=3']);
    expect(event?.headers.cookie).to.equal('a=1; b=2; c=3');
  });

  const bodies: [headers: string[], body: string | undefined, base64: boolean][] = [
    [['Content-Type', 'text/plain; charset=utf-8'], 'é', false],
    [['Content-Type', 'application/json'], 'é', false],
    [['Content-Type', 'application/x-www-form-urlencoded'], 'w6k=', true],
    [['Content-Type', 'video/mp4'], 'w6k=', true],
    [[], 'w6k=', true],
    [['Content-Type', 'text/plain', 'Content-Encoding', 'gzip'], 'w6k=', true],
  ];
  for (const [rawHeaders, body, base64] of bodies) {
    it(`hands a body with [${rawHeaders}] over ${base64 ? 'in base64' : 'as text'}`, () => {
      const event = buildEvent(received({ method: 'POST', rawHeaders, body: Buffer.from('é') }));
      expect(event?.body).to.equal(body);
      expect(event?.isBase64Encoded).to.equal(base64);
    });
  }
});
