import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { ask, type Behaviours, handlersDirectory, startBehaviours } from './fixture.ts';

describe('the local Function URL: what the function receives', () => {
  let service: Behaviours;
  before(async () => {
    process.env.SLUICE_TEST_SECRET = 'of the parent';
    service = await startBehaviours({
      environment: { MEDIA_DIR: '/media', AWS_REGION: 'eu-west-1', TZ: 'UTC' },
      timeoutSeconds: 30,
      memoryMegabytes: 1769,
    });
  });
  after(() => {
    delete process.env.SLUICE_TEST_SECRET;
    return service.close();
  });

  const echo = async (path = '/echo', options: Parameters<typeof ask>[2] = {}) =>
    JSON.parse((await ask(service.url, path, options)).body.toString());

  it('is the event, with the path as it was sent', async () => {
    const { event } = await echo('/echo?key=a%20b&key=c', {
      headers: { Cookie: 'a=1', 'X-Two': ['1', '2'] },
    });
    expect(event).to.deep.include({
      rawPath: '/echo',
      rawQueryString: 'key=a%20b&key=c',
      queryStringParameters: { key: 'a b,c' },
      cookies: ['a=1'],
    });
    expect(event.headers['x-two']).to.equal('1,2');
    expect(event.headers.host).to.equal(new URL(service.url).host);
  });

  const HOSTS: [host: string, isAnswered: boolean][] = [
    ['127.0.0.1:1', true],
    ['localhost', true],
    ['LOCALHOST:8080', true],
    ['[::1]:8080', true],
    ['evil.example', false],
    ['127.0.0.1.evil.example', false],
    ['localhost.evil.example:8080', false],
    ['evil.example:8080#localhost', false],
    ['localhost:8080@evil.example', false],
    ['0.0.0.0', false],
    ['::1', false],
  ];
  for (const [host, isAnswered] of HOSTS) {
    it(`is ${isAnswered ? 'what' : 'nothing that'} was sent to the host "${host}"`, async () => {
      const { status, body } = await ask(service.url, '/echo', { headers: { host } });
      expect(status).to.equal(isAnswered ? 200 : 421);
      if (!isAnswered) expect(body.toString()).to.include('only answers to 127.0.0.1, localhost and [::1]');
    });
  }

  it('is nothing that names two hosts: 400', async () => {
    const { port } = new URL(service.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.end('GET /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
    expect(await text(socket)).to.match(/^HTTP\/1\.1 400 /);
  });

  it('is a context that knows the request, the function and its deadline', async () => {
    const answer = await ask(service.url, '/echo');
    const { context, event, env, remaining } = JSON.parse(answer.body.toString());
    expect(answer.headers['x-amzn-requestid']).to.equal(context.awsRequestId);
    expect(event.requestContext.requestId).to.equal(context.awsRequestId);
    expect(context).to.include({
      functionName: 'sluice',
      memoryLimitInMB: '1769',
      invokedFunctionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:sluice',
    });
    expect(env).to.include({ _X_AMZN_TRACE_ID: answer.headers['x-amzn-trace-id'] });
    expect(remaining).to.be.within(1, 30_000);
  });

  it('is an environment of settings and of what Lambda sets, without this process’s own', async () => {
    const { env, cwd } = await echo();
    expect(cwd).to.equal(handlersDirectory);
    expect(env).to.include({ MEDIA_DIR: '/media', TZ: 'UTC', LAMBDA_TASK_ROOT: handlersDirectory });
    // Node.js passes this one on to every child by itself if coverage is measured.
    const names = Object.keys(env).filter((name) => name !== 'NODE_V8_COVERAGE');
    expect(names.sort()).to.deep.equal([
      'AWS_ENDPOINT_URL_LAMBDA',
      'AWS_EXECUTION_ENV',
      'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
      'AWS_LAMBDA_FUNCTION_NAME',
      'AWS_LAMBDA_FUNCTION_VERSION',
      'AWS_LAMBDA_INITIALIZATION_TYPE',
      'AWS_LAMBDA_LOG_GROUP_NAME',
      'AWS_LAMBDA_LOG_STREAM_NAME',
      'AWS_LAMBDA_RUNTIME_API',
      'AWS_REGION',
      'LAMBDA_TASK_ROOT',
      'LANG',
      'MEDIA_DIR',
      'PATH',
      'TZ',
      '_HANDLER',
      '_X_AMZN_TRACE_ID',
    ]);
  });

  it('is a body of up to 6 MB', async () => {
    const content = Buffer.alloc(6 * 1024 * 1024, 'é');
    const { event } = await echo('/echo', { method: 'POST', content });
    expect(event.isBase64Encoded).to.equal(true);
    expect(Buffer.from(event.body, 'base64').equals(content)).to.equal(true);
  });

  it('is not a body beyond 6 MB: 413, whether its length was announced or not', async () => {
    const content = Buffer.alloc(6 * 1024 * 1024 + 1);
    const announced = await ask(service.url, '/echo', { method: 'POST', content });
    const chunked = { 'transfer-encoding': 'chunked' };
    const streamed = await ask(service.url, '/echo', { method: 'POST', content, headers: chunked });
    for (const { status, body } of [announced, streamed]) {
      expect(status).to.equal(413);
      expect(JSON.parse(body.toString()).message).to.equal('Request must be smaller than 6291456 bytes.');
    }
  });

  it('is no target without a path: 400', async () => {
    const answer = await ask(service.url, '*', { method: 'OPTIONS' });
    expect(answer.status).to.equal(400);
  });

  it('is nothing of a request that breaks off in its upload', async () => {
    const { requests } = service.counters();
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    socket.write('POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf', () =>
      socket.destroy(),
    );
    while (service.counters().requests === requests) await new Promise((resolve) => setTimeout(resolve, 5));
    const { event } = await echo();
    expect(event.requestContext.http.method).to.equal('GET');
    expect(service.counters().instancesStarted).to.equal(1);
  });
});
